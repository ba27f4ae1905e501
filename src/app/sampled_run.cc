#include "app/sampled_run.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/lookup_service.h"
#include "sample/topic_study.h"
#include "sizing/judge.h"

namespace partwise::app {
namespace {

using sample::ClusterPort;
using sample::OffsetAnswer;
using sample::SpanArrived;
using sample::TopicStudy;

// Requests hold up to 200 partitions: topics are taken on while a broker could use more.
constexpr int partitions_per_broker = 200;
constexpr std::size_t failures_kept = 20;

sample::TopicFacts facts_of(const SurveyedTopic& topic) {
  sample::TopicFacts facts;
  facts.partitions = topic.ranges;
  facts.grid = topic.grid;
  facts.compacted = topic.compacted.value_or(false);
  facts.compaction_known = topic.compacted.has_value();
  facts.uncompressed = topic.uncompressed;
  // Where compaction or a remote tier thins the local log, its size says nothing per offset.
  if (topic.compacted == false && !topic.remote_storage) facts.stored_bytes = topic.stored_bytes;
  return facts;
}

sample::StudySettings study_settings(const RecommendOptions& options, const SurveyedTopic& topic) {
  sample::StudySettings settings;
  settings.sizing = options.sizing;
  settings.peak_quantile = options.peak_quantile;
  settings.lookup_budget = options.lookup_budget;
  settings.read_budget = options.read_budget;
  settings.records_max = options.sampling_batch_size;
  settings.fruitless_reads_max = options.sampling_max_consecutive_nulls;
  settings.quick = options.quick;
  settings.settled_partitions = options.grow_only ? static_cast<int>(topic.partitions.size()) : 0;
  return settings;
}

/// One topic on its way.
struct Running {
  std::unique_ptr<TopicStudy> study;
  sizing::TopicReport row;
  std::int64_t lookups_open = 0;
  std::int64_t reads_open = 0;
  int failed_reads_in_a_row = 0;
};

class SampledRun {
 public:
  SampledRun(ClusterPort& port, const Survey& survey, const RecommendOptions& options,
             const TopicSink& sink, Progress& progress)
      : port_(port),
        survey_(survey),
        options_(options),
        sink_(sink),
        progress_(progress),
        lookups_(port, clock_, options.where.timeout, {}) {}

  std::int64_t run(const std::stop_token& stop) {
    line_up();
    while (!stop.stop_requested() && (!waiting_.empty() || !running_.empty())) {
      take_on();
      lookups_.send();
      if (running_.empty()) continue;
      const auto patience = failed_reads_.empty() ? lookups_.patience() : Millis{0};
      for (const auto& event : port_.wait(patience)) {
        if (const auto* offsets = std::get_if<sample::OffsetsArrived>(&event)) {
          for (const auto& answer : lookups_.take(*offsets)) take(answer);
        } else {
          take(std::get<SpanArrived>(event));
        }
      }
      for (const auto& answer : lookups_.take_failed()) take(answer);
      for (const auto& arrived : std::exchange(failed_reads_, {})) take(arrived);
    }
    return lookups_.lookups();
  }

 private:
  // Small topics first: they are cheap, and an interrupted run has the more rows.
  void line_up() {
    std::vector<std::pair<std::int64_t, int>> order;
    for (int i = 0; i < std::ssize(survey_.topics); ++i) {
      std::int64_t records = 0;
      for (const auto& range : survey_.topics[static_cast<std::size_t>(i)].ranges)
        records += range.records();
      order.emplace_back(records, i);
    }
    std::sort(order.begin(), order.end());
    for (const auto& [records, i] : order) waiting_.push_back(i);
  }

  [[nodiscard]] bool room_for_more() const {
    return std::ssize(running_) < options_.max_workers_per_cluster ||
           partitions_running_ < partitions_per_broker * std::max(1, survey_.brokers);
  }

  void take_on() {
    while (!waiting_.empty() && room_for_more()) {
      const int i = waiting_.front();
      waiting_.pop_front();
      const auto& topic = survey_.topics[static_cast<std::size_t>(i)];
      auto row = row_of(topic);
      if (!topic.measurable) {
        sizing::Demand unknown;
        unknown.records = row.records;
        finish(std::move(row), unknown);
        continue;
      }
      std::vector<int> leaders;
      for (const auto& partition : topic.partitions) leaders.push_back(partition.leader);
      lookups_.set_leaders(i, std::move(leaders));
      partitions_running_ += static_cast<int>(topic.partitions.size());
      auto& running = running_[i];
      running.row = std::move(row);
      running.study = std::make_unique<TopicStudy>(facts_of(topic), study_settings(options_, topic),
                                                   Random(seed_of(topic)));
      go_on(i);
    }
  }

  // The same topic is sampled at the same places as long as its log is the same.
  static std::uint64_t seed_of(const SurveyedTopic& topic) {
    std::uint64_t seed = 0xcbf29ce484222325ULL;
    for (const char c : topic.name)
      seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return seed;
  }

  // Asks the next round, or finishes the topic.
  void go_on(int i) {
    auto& running = running_.at(i);
    const auto round = running.study->next();
    if (round.empty()) {
      auto demand = running.study->demand();
      auto row = std::move(running.row);
      partitions_running_ -= row.partitions;
      running_.erase(i);
      finish(std::move(row), demand);
      return;
    }
    running.lookups_open = std::ssize(round.lookups);
    running.reads_open = std::ssize(round.reads);
    const auto& grid = running.study->grid();
    for (const auto& lookup : round.lookups) {
      lookups_.ask(
          {{i, lookup.partition}, grid.boundary(lookup.boundary).time_since_epoch().count()});
    }
    for (const auto& span : round.reads) read(i, span);
  }

  // A broker that was given up is not waited for again; its spans arrive failed.
  void read(int i, const sample::ReadSpan& span) {
    const int broker = lookups_.leader({i, span.partition});
    if (!lookups_.given_up(broker)) return port_.read(i, span);
    sample::ReadResult result;
    result.failed = true;
    failed_reads_.push_back({i, span, std::move(result), lookups_.verdict(broker)});
  }

  void take(const OffsetAnswer& answer) {
    const auto found = running_.find(answer.query.at.topic);
    if (found == running_.end()) return;
    auto& running = found->second;
    const auto& grid = running.study->grid();
    const Instant time{Millis{answer.query.time_ms}};
    const sample::Lookup lookup{answer.query.at.partition,
                                static_cast<int>((time - grid.start) / grid.width)};
    if (answer.error) {
      running.study->put_failed(lookup);
      note_failure(running.row, lookup.partition, "lookup", *answer.error);
    } else {
      running.study->put(lookup, answer.found);
    }
    --running.lookups_open;
    go_on_when_answered(found->first);
  }

  void take(const SpanArrived& arrived) {
    const auto found = running_.find(arrived.topic);
    if (found == running_.end()) return;
    auto& running = found->second;
    if (arrived.error) {
      ++running.failed_reads_in_a_row;
      if (worth_another_read(running, arrived)) {
        read(arrived.topic, arrived.span);
        return;
      }
      note_failure(running.row, arrived.span.partition, "read", *arrived.error);
    } else {
      running.failed_reads_in_a_row = 0;
      reads_failing_since_.erase(lookups_.leader({arrived.topic, arrived.span.partition}));
    }
    running.study->put(arrived.span, arrived.result);
    --running.reads_open;
    go_on_when_answered(found->first);
  }

  [[nodiscard]] bool worth_another_read(const Running& running, const SpanArrived& arrived) {
    const bool may_pass =
        arrived.error->kind == ErrorKind::timeout || arrived.error->kind == ErrorKind::unavailable;
    if (!may_pass) return false;
    const int broker = lookups_.leader({arrived.topic, arrived.span.partition});
    const auto since = reads_failing_since_.try_emplace(broker, clock_.steady_now()).first->second;
    if (clock_.steady_now() - since >= options_.where.timeout) lookups_.give_up(broker);
    return !lookups_.given_up(broker) &&
           running.failed_reads_in_a_row < options_.sampling_max_continuous_failed_batches;
  }

  void go_on_when_answered(int i) {
    const auto& running = running_.at(i);
    if (running.lookups_open == 0 && running.reads_open == 0) go_on(i);
  }

  static void note_failure(sizing::TopicReport& row, int partition, const char* step,
                           const Error& error) {
    const bool known =
        std::any_of(row.failures.begin(), row.failures.end(), [&](const auto& failure) {
          return failure.partition == partition && failure.step == step &&
                 failure.message == error.message;
        });
    if (known || row.failures.size() >= failures_kept) return;
    row.failures.push_back({partition, step, error.kind, error.message});
  }

  void finish(sizing::TopicReport row, const sizing::Demand& demand) {
    sizing::judge(row, demand, {options_.sizing, options_.grow_only});
    progress_.detail(fmt::format("{}: {} {}, {} lookups, {} records read", survey_.cluster_id,
                                 row.name, name_of(row.decided_by), row.lookups, row.records_read));
    ++done_;
    sink_(std::move(row));
    progress_.update({{},
                      survey_.cluster_id,
                      "measuring",
                      done_,
                      static_cast<int>(survey_.topics.size()),
                      lookups_.lookups(),
                      0});
  }

  ClusterPort& port_;
  const Survey& survey_;
  const RecommendOptions& options_;
  const TopicSink& sink_;
  Progress& progress_;
  SystemClock clock_;
  LookupService lookups_;
  std::deque<int> waiting_;
  std::map<int, Running> running_;
  std::map<int, SteadyTime> reads_failing_since_;  // by broker, without a success since
  std::vector<SpanArrived> failed_reads_;
  int partitions_running_ = 0;
  int done_ = 0;
};

}  // namespace

std::int64_t run_sampled(ClusterPort& port, const Survey& survey, const RecommendOptions& options,
                         const TopicSink& sink, Progress& progress, const std::stop_token& stop) {
  return SampledRun(port, survey, options, sink, progress).run(stop);
}

}  // namespace partwise::app
