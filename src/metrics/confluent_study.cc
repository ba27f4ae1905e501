#include "metrics/confluent_study.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"

namespace partwise::metrics {
namespace {

using sizing::Tristate;

constexpr int most_hot_topics = 20;
constexpr double notable_difference = 0.01;
constexpr const char* load_metric = "cluster_load_percent";
constexpr const char* highest_load_metric = "cluster_load_percent_max";

}  // namespace

ConfluentStudy::ConfluentStudy(const ConfluentAccess& access, const DemandQuery& query,
                               const ObservedTime& time, const std::stop_token& stop)
    : query_(query), time_(time), queries_(access, stop) {
  topics_.reserve(query.topics.size());
  for (const auto& name : query.topics) {
    places_.try_emplace(name, topics_.size());
    topics_.push_back({CountedTopic(time, query.peak_quantile), false, {}});
  }
  const auto hours = (time.end - time.start + hour - Millis{1}) / hour;
  failed_blocks_.assign(static_cast<std::size_t>(hours), false);
}

Result<ClusterDemand> ConfluentStudy::demand() {
  TRY(ask_hours());
  TRY(ask_last_hour());
  TRY(ask_open_hours());
  TRY(ask_sent_peaks());
  TRY(ask_hottest_partitions());
  describe_doubts();
  for (const auto& topic : topics_) result_.topics.emplace_back(demand_of(topic.counted, time_));
  result_.requests = queries_.requests();
  return std::move(result_);
}

Result<> ConfluentStudy::ask_hours() {
  // What is not listed may be there all the same, so a list that cannot be had costs little.
  auto descriptors = queries_.descriptors();
  if (descriptors) {
    descriptors_ = std::move(*descriptors);
  } else if (descriptors.error().kind == ErrorKind::interrupted) {
    return tl::unexpected(std::move(descriptors).error());
  }
  TRY(ask_received());
  TRY(ask_records());
  TRY(ask_mirrored());
  TRY(ask_sent());
  TRY(ask_retained());
  TRY(ask_hot("hot_partition_ingress", &CountedTopic::hot_ingress));
  TRY(ask_hot("hot_partition_egress", &CountedTopic::hot_egress));
  return ask_load();
}

Result<> ConfluentStudy::ask_received() {
  const auto answer =
      TRY(queries_.answer(query_for(received_metric),
                          [this](std::string_view name) { return places_.contains(name); }));
  unusable_ += answer.unusable;
  for (const auto& series : answer.series) {
    anything_told_ = true;
    const auto sums = by_hour(series);
    auto& ladder = topic_of(series)->counted.received;
    for (int i = 0; i < ladder.hours(); ++i) ladder.set_hour(i, sums[static_cast<std::size_t>(i)]);
  }
  for (auto& topic : topics_) topic.counted.received.hours_known();
  return {};
}

Result<> ConfluentStudy::ask_records() {
  const auto answer =
      TRY(optional_answer(query_for("received_records"), "records and their sizes are not known"));
  if (!answer) return {};
  for (auto& topic : topics_) topic.counted.records = 0;
  for (const auto& series : answer->series) {
    auto& topic = topic_of(series)->counted;
    const auto sums = by_hour(series);
    topic.records = std::accumulate(sums.begin(), sums.end(), 0.0);
    for (int i = 0; i < topic.received.hours(); ++i) {
      const double records = sums[static_cast<std::size_t>(i)];
      const double bytes = topic.received.sum_of(i);
      if (records <= 0 || bytes <= 0) continue;
      topic.sized_records += records;
      topic.sized_bytes += bytes;
    }
  }
  return {};
}

// Where the service has that metric by topic at all.
Result<> ConfluentStudy::ask_mirrored() {
  const auto* metric = descriptor(mirrored_metric);
  if (metric != nullptr) {
    const auto& labels = metric->labels;
    if (std::find(labels.begin(), labels.end(), "topic") == labels.end()) return {};
  }
  const auto answer = TRY(
      answer_if_there(query_for(mirrored_metric), "what cluster links bring in is not counted"));
  if (!answer) return {};
  for (const auto& series : answer->series) {
    auto* topic = topic_of(series);
    auto& ladder = topic->counted.received;
    const auto sums = by_hour(series);
    for (int i = 0; i < ladder.hours(); ++i) {
      const double sum = sums[static_cast<std::size_t>(i)];
      if (sum <= 0) continue;
      topic->mirrored = true;
      ladder.set_hour(i, ladder.sum_of(i) + sum);
    }
  }
  return {};
}

Result<> ConfluentStudy::ask_sent() {
  const auto answer =
      TRY(optional_answer(query_for(sent_metric), "what consumers read is not known"));
  if (!answer) return {};
  for (auto& topic : topics_) {
    topic.counted.sent.emplace(time_, query_.peak_quantile);
    topic.counted.sent->hours_known();
  }
  for (const auto& series : answer->series) {
    auto& ladder = *topic_of(series)->counted.sent;
    const auto sums = by_hour(series);
    for (int i = 0; i < ladder.hours(); ++i) ladder.set_hour(i, sums[static_cast<std::size_t>(i)]);
  }
  return {};
}

// A topic is there from its first traffic on, or from when it is first said what it holds.
Result<> ConfluentStudy::ask_retained() {
  const auto answer =
      TRY(optional_answer(query_for("retained_bytes"), "what topics hold is not known"));
  if (!answer) return {};
  for (const auto& series : answer->series) {
    auto& topic = topic_of(series)->counted;
    const auto [first, last] = std::minmax_element(
        series.points.begin(), series.points.end(),
        [](const MetricPoint& x, const MetricPoint& y) { return x.time < y.time; });
    topic.retained_bytes = last->value;
    int begin = topic.received.hour_at(first->time).value_or(0);
    for (int i = 0; i < begin; ++i) {
      if (topic.received.sum_of(i) > 0 || (topic.sent && topic.sent->sum_of(i) > 0)) begin = i;
    }
    topic.received.begin_at(begin);
    if (topic.sent) topic.sent->begin_at(begin);
  }
  return {};
}

Result<> ConfluentStudy::ask_hot(const char* metric, Tristate CountedTopic::* hot) {
  const auto answer =
      TRY(optional_answer(query_for(metric), "it is not known which topics have a hot partition"));
  if (!answer) return {};
  for (auto& topic : topics_) topic.counted.*hot = Tristate::no;
  for (const auto& series : answer->series) {
    for (const auto& point : series.points) {
      if (point.value > 0) topic_of(series)->counted.*hot = Tristate::yes;
    }
  }
  return {};
}

// Not every kind of cluster has a load.
Result<> ConfluentStudy::ask_load() {
  auto query =
      query_for(descriptor(highest_load_metric) != nullptr ? highest_load_metric : load_metric);
  query.by_topic = false;
  const auto answer = TRY(answer_if_there(query, "the cluster's load is not known"));
  if (!answer) return {};
  for (const auto& series : answer->series) {
    for (const auto& point : series.points) {
      result_.cluster_load = std::max(result_.cluster_load.value_or(0), point.value);
    }
  }
  return {};
}

Result<> ConfluentStudy::ask_hottest_partitions() {
  Topics hot;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    const auto& topic = topics_[i].counted;
    const bool flagged = topic.hot_ingress == Tristate::yes || topic.hot_egress == Tristate::yes;
    if (flagged && topic.received.total() > 0) hot.push_back(i);
  }
  std::stable_sort(hot.begin(), hot.end(), [this](std::size_t x, std::size_t y) {
    return topics_[x].counted.received.peak().low > topics_[y].counted.received.peak().low;
  });
  if (hot.size() > most_hot_topics) {
    result_.warnings.push_back(
        fmt::format("{} have a hot partition: which one was asked for the {} busiest only",
                    counted_text(std::ssize(hot), "topic"), most_hot_topics));
    hot.resize(most_hot_topics);
  }
  for (const auto i : hot) {
    if (!TRY(ask_hottest_partition(topics_[i], query_.topics[i]))) break;
  }
  return {};
}

// False, where asking for others would do no better.
Result<bool> ConfluentStudy::ask_hottest_partition(Topic& topic, const std::string& name) {
  const auto window = topic.counted.received.busiest();
  auto query = query_for(received_metric);
  query.by_partition = true;
  query.topics = {name};
  query.start = window.start;
  query.end = window.start + window.width;
  query.granularity = window.width < hour ? Granularity::minute : Granularity::hour;
  const auto answer = TRY(optional_answer(query, "it is not known which partitions are hot"));
  if (!answer) return false;
  double all = 0;
  double most = 0;
  for (const auto& series : answer->series) {
    double sum = 0;
    for (const auto& point : series.points) {
      if (point.time >= query.start && point.time < query.end) sum += point.value;
    }
    all += sum;
    if (sum <= most) continue;
    most = sum;
    topic.counted.hottest_partition = series.partition;
  }
  if (all > 0) topic.counted.hottest_share = most / all;
  return true;
}

ConfluentQuery ConfluentStudy::query_for(const char* metric) const {
  ConfluentQuery query;
  query.cluster_id = query_.cluster_id;
  query.metric = metric;
  query.start = time_.start;
  query.end = time_.end;
  return query;
}

Result<std::optional<MetricAnswer>> ConfluentStudy::optional_answer(const ConfluentQuery& query,
                                                                    const char* missing) {
  std::optional<Error> error;
  auto answer = TRY(answer_or_error(query, error));
  if (error) result_.warnings.push_back(fmt::format("{}: {}", missing, error->message));
  return answer;
}

Result<std::optional<MetricAnswer>> ConfluentStudy::answer_if_there(const ConfluentQuery& query,
                                                                    const char* missing) {
  std::optional<Error> error;
  auto answer = TRY(answer_or_error(query, error));
  const bool refused =
      error && (error->kind == ErrorKind::invalid_input || error->kind == ErrorKind::not_found);
  if (error && !refused) {
    result_.warnings.push_back(fmt::format("{}: {}", missing, error->message));
  }
  return answer;
}

Result<std::optional<MetricAnswer>> ConfluentStudy::answer_or_error(const ConfluentQuery& query,
                                                                    std::optional<Error>& error) {
  auto answer = queries_.answer(
      query, [&](std::string_view name) { return !query.by_topic || places_.contains(name); });
  if (answer) {
    unusable_ += answer->unusable;
    if (query.by_topic && !answer->series.empty()) anything_told_ = true;
    return std::move(*answer);
  }
  if (answer.error().kind == ErrorKind::interrupted) return tl::unexpected(answer.error());
  error = std::move(answer).error();
  return std::nullopt;
}

ConfluentStudy::Topic* ConfluentStudy::topic_of(const MetricSeries& series) {
  return &topics_[places_.at(series.topic)];
}

std::vector<double> ConfluentStudy::by_hour(const MetricSeries& series) const {
  const auto hours = (time_.end - time_.start + hour - Millis{1}) / hour;
  std::vector<double> sums(static_cast<std::size_t>(hours), 0);
  for (const auto& point : series.points) {
    if (point.time < time_.start || point.time >= time_.end) continue;
    sums[static_cast<std::size_t>((point.time - time_.start) / hour)] = point.value;
  }
  return sums;
}

const MetricDescriptor* ConfluentStudy::descriptor(const char* metric) const {
  const auto found =
      std::find_if(descriptors_.begin(), descriptors_.end(),
                   [&](const MetricDescriptor& known) { return known.name == metric; });
  return found == descriptors_.end() ? nullptr : &*found;
}

void ConfluentStudy::describe_doubts() {
  if (!anything_told_ && !topics_.empty()) {
    result_.nothing = true;
    result_.warnings.push_back(fmt::format(
        "Confluent tells nothing of any topic of {}: there was no traffic, the key may not "
        "see its metrics, or that is not the cluster's id",
        query_.cluster_id));
  }
  if (unusable_ > 0) {
    result_.warnings.push_back(fmt::format("{} without a time or an amount were left out",
                                           counted_text(unusable_, "value")));
  }
  for (auto& topic : topics_) {
    auto& warnings = topic.counted.warnings;
    const auto peak = topic.counted.received.peak();
    if (window_error_ && !settled_by(topic.counted, query_.sizing)(peak)) {
      topic.counted.failures.push_back(only_by_the_hour(*window_error_));
    }
    const double total = topic.counted.received.total();
    if (topic.looked_at && std::abs(total - topic.by_hours) > notable_difference * total) {
      warnings.push_back(
          fmt::format("Confluent tells {} by the hour, and {} where hours are told by the minute: "
                      "the minutes are taken",
                      bytes_text(topic.by_hours), bytes_text(total)));
    }
  }
}

}  // namespace partwise::metrics
