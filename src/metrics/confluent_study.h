// One cluster's demand from the Confluent Cloud Metrics API: what is asked, in which order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/confluent_queries.h"
#include "metrics/counted_topic.h"
#include "metrics/demand_source.h"

namespace partwise::metrics {

/// For one call of demand(). Hours of everything first; then, six hours at a time, the minutes that
/// most topics need next, until each topic's count is settled; then the partitions of hot topics.
class ConfluentStudy {
 public:
  /// All of them must outlive it.
  ConfluentStudy(const ConfluentAccess& access, const DemandQuery& query, const ObservedTime& time,
                 const std::stop_token& stop);

  Result<ClusterDemand> demand();

 private:
  struct Topic {
    CountedTopic counted;
    bool mirrored = false;
    std::vector<int> open;   // hours, the most promising first
    double by_hours = 0;     // bytes, as hours tell them
    bool looked_at = false;  // hours alone were not enough
  };
  using Topics = std::vector<std::size_t>;  // places in topics_

  static constexpr Millis hour = std::chrono::hours(1);
  static constexpr const char* received_metric = "received_bytes";
  static constexpr const char* sent_metric = "sent_bytes";
  static constexpr const char* mirrored_metric = "cluster_link_mirror_topic_bytes";

  Result<> ask_hours();
  Result<> ask_received();
  Result<> ask_records();
  Result<> ask_mirrored();
  Result<> ask_sent();
  Result<> ask_retained();
  Result<> ask_hot(const char* metric, sizing::Tristate CountedTopic::* hot);
  Result<> ask_load();

  /// The minutes of an hour that is not over: its sum may hold minutes that are not observed.
  Result<> ask_last_hour();
  Result<> ask_open_hours();
  void find_open_hours(Topic& topic) const;
  [[nodiscard]] std::optional<int> next_block() const;
  [[nodiscard]] std::pair<int, int> hours_in(int block) const;
  [[nodiscard]] std::vector<double> no_windows(Instant start, Instant end) const;
  Result<> ask_block(int block);
  /// Bytes of each window from hour `from` to hour `to`, for each of the topics; none, if they
  /// could not be had.
  using Windows = std::vector<std::vector<double>>;
  Result<std::optional<Windows>> windows_of(const Topics& topics, int from, int to);
  /// False, if they could not be had; `error` says why.
  Result<bool> add_windows(Windows& windows, const char* metric, const Topics& topics,
                           Instant start, std::optional<Error>& error);
  Result<std::optional<MetricAnswer>> minutes_of(const char* metric, const Topics& topics,
                                                 Instant start, Instant end,
                                                 std::optional<Error>& error);
  /// What consumers read changes no count: one look at the most promising hours, where the peak of
  /// what came in was worth it.
  Result<> ask_sent_peaks();

  Result<> ask_hottest_partitions();
  Result<bool> ask_hottest_partition(Topic& topic, const std::string& name);

  [[nodiscard]] ConfluentQuery query_for(const char* metric) const;
  /// None where it failed; a warning then says what is missing for it.
  Result<std::optional<MetricAnswer>> optional_answer(const ConfluentQuery& query,
                                                      const char* missing);
  /// The same of a metric that not every cluster has, whether it is listed or not: a list may leave
  /// out what can be asked for. That it is refused is no news.
  Result<std::optional<MetricAnswer>> answer_if_there(const ConfluentQuery& query,
                                                      const char* missing);
  Result<std::optional<MetricAnswer>> answer_or_error(const ConfluentQuery& query,
                                                      std::optional<Error>& error);
  [[nodiscard]] Topic* topic_of(const MetricSeries& series);
  /// By hour of the observed time; a bucket that is not told has nothing.
  [[nodiscard]] std::vector<double> by_hour(const MetricSeries& series) const;
  [[nodiscard]] const MetricDescriptor* descriptor(const char* metric) const;
  void describe_doubts();

  const DemandQuery& query_;
  const ObservedTime& time_;
  ConfluentQueries queries_;
  std::vector<Topic> topics_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<MetricDescriptor> descriptors_;
  std::vector<bool> failed_blocks_;
  std::optional<Error> window_error_;
  bool filters_refused_ = false;
  bool anything_told_ = false;
  std::int64_t unusable_ = 0;
  ClusterDemand result_;
};

}  // namespace partwise::metrics
