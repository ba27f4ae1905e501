// Numbers of one flavour out of Prometheus, by hour and by window.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "metrics/observed_time.h"
#include "metrics/prometheus_api.h"
#include "metrics/prometheus_flavour.h"
#include "metrics/prometheus_query.h"

namespace partwise::metrics {

/// One row for each value of a label, and NaN where there was nothing.
using PrometheusRows = std::map<std::string, std::vector<double>>;

/// Asks in pieces of at most about 150,000 points (5 MB) and 500 topics.
///
/// errors: as of PrometheusApi
/// threads: one; the api must outlive it
class PrometheusReader {
 public:
  /// `matchers` go into every selector.
  PrometheusReader(PrometheusApi& api, Flavour flavour, std::string matchers, std::stop_token stop);

  [[nodiscard]] const Flavour& flavour() const { return flavour_; }

  /// The metric that everything depends on: bytes in, or records where bytes are not told.
  [[nodiscard]] const Meter& main_meter() const;

  /// Its selector for all topics, and never the series that is the sum of all topics.
  [[nodiscard]] std::string main_selector() const;

  /// Of each instance that was scraped, the samples of its fullest series in each hour.
  Result<PrometheusRows> samples_by_instance(const ObservedTime& time);

  /// A number for each hour's start, and for the end, at which the instance was being scraped.
  Result<PrometheusRows> scraped_at_bounds(const ObservedTime& time, Millis scrape_interval);

  /// The usual time between two samples in the hour before `end`, in whole seconds; of minute
  /// deltas, the shortest. None where there are fewer than three samples.
  Result<std::optional<Millis>> scrape_interval(Instant end);

  /// Of labels that may tell clusters apart, those that have several values in the hour before
  /// `end`.
  Result<std::map<std::string, std::set<std::string>>> differing_labels(Instant end);

  /// Labels of who scraped, with their values, where several series of the same thing differ in
  /// nothing else in the hour before `end`: their sum counts it several times. Offsets are taken
  /// once in any case.
  Result<std::map<std::string, std::set<std::string>>> doubled_by(Instant end);

  /// The labels of some series of the main metric whatever `matchers` say, in the hour before
  /// `end`.
  Result<PrometheusLabels> example_labels(Instant end);

  /// Some topics that have samples in the hour before `end`.
  Result<std::vector<std::string>> topics_seen(Instant end);

  /// What came in each hour.
  Result<PrometheusRows> hours(const Meter& meter, std::span<const std::string> topics,
                               const ObservedTime& time, Millis scrape_interval);

  /// What came in each window from `from` to `to`, which are as long apart as many of them.
  Result<PrometheusRows> windows(const Meter& meter, std::span<const std::string> topics,
                                 const ObservedTime& stretch, Millis scrape_interval);

  /// Bytes held at that time, without replicas, by topic.
  Result<std::map<std::string, double>> retained(Instant at);

  /// The highest value in the observed time: by topic, or of all series under "".
  Result<std::map<std::string, double>> highest(const Meter& meter, const ObservedTime& time,
                                                bool by_topic);

 private:
  Result<std::map<std::string, std::set<std::string>>> values_of(
      std::span<const std::string> labels, Instant end);
  using AmountOf = std::function<Amount(Millis window)>;
  Result<void> add_hours(const std::string& label, const AmountOf& amount, const ObservedTime& time,
                         PrometheusRows& rows);
  [[nodiscard]] std::string selector(const Meter& meter, const std::string& more) const;
  [[nodiscard]] std::string every_topic() const;
  Result<std::map<std::string, double>> values_at(const std::string& expression, Instant at,
                                                  const std::string& label);

  PrometheusApi& api_;
  Flavour flavour_;
  std::string matchers_;
  std::stop_token stop_;
};

}  // namespace partwise::metrics
