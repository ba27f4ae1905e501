#include "app/survey.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/lookup_service.h"
#include "app/topic_choice.h"
#include "base/text.h"

namespace partwise::app {
namespace {

using sample::ClusterPort;
using sample::OffsetAnswer;
using sample::TopicDescription;

// Log start and end are cheap to tell, unlike offsets by time: more of them fit into a request.
constexpr int watermarks_per_request = 500;

// By name, ignoring case.
std::vector<TopicDescription> chosen_topics(std::vector<TopicDescription> all,
                                            const TopicChoice& choice) {
  std::erase_if(all, [&](const auto& topic) { return !choice.has(topic.name); });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(lowered(a.name), a.name) < std::pair(lowered(b.name), b.name);
  });
  return all;
}

std::vector<std::string> names_of(const std::vector<TopicDescription>& topics) {
  std::vector<std::string> names;
  for (const auto& topic : topics) names.push_back(topic.name);
  return names;
}

/// The survey of one cluster, step by step.
class Surveyor {
 public:
  Surveyor(ClusterPort& port, const RecommendOptions& options, Progress& progress,
           const std::stop_token& stop)
      : port_(port), options_(options), progress_(progress), stop_(stop) {}

  Result<Survey> run(Instant now) {
    survey_.now = now;
    TRY(list_topics());
    progress_.detail(
        fmt::format("{}: {} topics chosen", survey_.cluster_id, survey_.topics.size()));
    TRY(add_configurations());
    if (options_.measured.uses(Method::sampling_records)) {
      TRY(add_watermarks());
      // After the offsets: the size of a topic that grows is then of all of them, and not of fewer.
      TRY(add_stored_bytes());
    }
    return std::move(survey_);
  }

 private:
  Result<> list_topics() {
    auto description = TRY(port_.describe());
    survey_.cluster_id = description.id;
    survey_.brokers = description.brokers;
    const auto chosen = chosen_topics(description.topics, options_.topics);
    if (chosen.empty()) {
      return tl::unexpected(nothing_chosen(names_of(description.topics), options_.topics));
    }
    for (const auto& topic : chosen) {
      SurveyedTopic surveyed;
      surveyed.name = topic.name;
      surveyed.partitions = topic.partitions;
      surveyed.ranges.resize(topic.partitions.size());
      if (topic.error) add_failure(surveyed, "describe", std::nullopt, *topic.error);
      survey_.topics.push_back(std::move(surveyed));
    }
    port_.use_topics(names_of(chosen));
    return {};
  }

  static void add_failure(SurveyedTopic& topic, const char* step, std::optional<int> partition,
                          const Error& error) {
    topic.failures.push_back({partition, step, error.kind, error.message});
    topic.measurable = false;
  }

  Result<> add_configurations() {
    const auto configurations = port_.configurations();
    if (stop_.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
    const Millis asked_for{static_cast<std::int64_t>(options_.sampling_days * 86'400'000)};
    for (std::size_t i = 0; i < survey_.topics.size(); ++i) {
      auto& topic = survey_.topics[i];
      auto length = asked_for;
      if (i < configurations.size() && configurations[i]) {
        topic.compacted = configurations[i]->compacted;
        topic.remote_storage = configurations[i]->remote_storage;
        topic.uncompressed = configurations[i]->uncompressed;
        length = std::min(length, configurations[i]->retention.value_or(length));
      } else if (i < configurations.size()) {
        const auto& error = configurations[i].error();
        topic.failures.push_back({std::nullopt, "configuration", error.kind, error.message});
      }
      topic.grid = sample::WindowGrid::ending_at(survey_.now, options_.peak_window, length);
    }
    return {};
  }

  Result<> add_stored_bytes() {
    const auto stored = port_.stored_bytes();
    if (stop_.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
    if (!stored) {
      survey_.warnings.push_back("sizes on disk are not known: " + stored.error().message);
      return {};
    }
    for (std::size_t i = 0; i < survey_.topics.size() && i < stored->size(); ++i) {
      survey_.topics[i].stored_bytes = (*stored)[i];
    }
    return {};
  }

  Result<> add_watermarks() {
    const SystemClock clock;
    LookupService lookups(port_, clock, options_.where.timeout, {watermarks_per_request, 5});
    for (std::size_t i = 0; i < survey_.topics.size(); ++i) {
      std::vector<int> leaders;
      for (const auto& partition : survey_.topics[i].partitions)
        leaders.push_back(partition.leader);
      lookups.set_leaders(static_cast<int>(i), leaders);
      for (int p = 0; p < std::ssize(leaders); ++p) {
        lookups.ask({{static_cast<int>(i), p}, sample::at_latest});
        lookups.ask({{static_cast<int>(i), p}, sample::at_earliest});
      }
    }
    while (!lookups.idle()) {
      if (stop_.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
      lookups.send();
      for (const auto& event : port_.wait(lookups.patience())) {
        if (const auto* offsets = std::get_if<sample::OffsetsArrived>(&event)) {
          for (const auto& answer : lookups.take(*offsets)) note(answer);
        }
      }
      for (const auto& answer : lookups.take_failed()) note(answer);
    }
    return {};
  }

  void note(const OffsetAnswer& answer) {
    auto& topic = survey_.topics[static_cast<std::size_t>(answer.query.at.topic)];
    const auto p = answer.query.at.partition;
    if (answer.error) {
      const bool known =
          std::any_of(topic.failures.begin(), topic.failures.end(), [p](const auto& failure) {
            return failure.partition == p && failure.step == "watermarks";
          });
      if (!known) add_failure(topic, "watermarks", p, *answer.error);
      topic.measurable = false;
      return;
    }
    auto& range = topic.ranges[static_cast<std::size_t>(p)];
    (answer.query.time_ms == sample::at_latest ? range.latest : range.earliest) =
        answer.found.offset.value_or(0);
  }

  ClusterPort& port_;
  const RecommendOptions& options_;
  Progress& progress_;
  const std::stop_token& stop_;
  Survey survey_;
};

}  // namespace

Result<Survey> survey_cluster(ClusterPort& port, const RecommendOptions& options, Instant now,
                              Progress& progress, const std::stop_token& stop) {
  return Surveyor(port, options, progress, stop).run(now);
}

}  // namespace partwise::app
