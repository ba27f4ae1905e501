#include "metrics/prometheus_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::metrics {
namespace {

constexpr Millis second{1000};
constexpr Millis hour = std::chrono::hours(1);
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
// About 30 bytes a point make 5 MB.
constexpr std::int64_t points_at_once = 150'000;
constexpr std::int64_t topics_at_once = 500;
constexpr std::size_t samples_enough = 3;

std::span<const std::string> cluster_labels() {
  static const std::vector<std::string> labels = {
      "cluster",          "cluster_id",         "cluster_name",       "kafka_cluster", "kafka_id",
      "kafka_cluster_id", "kafka_cluster_name", "strimzi_io_cluster", "namespace",     "env",
      "environment",      "redpanda_id"};
  return labels;
}

// Two servers of the same targets, or two jobs of one server.
std::span<const std::string> scraper_labels() {
  static const std::vector<std::string> labels = {"job", "replica", "prometheus_replica",
                                                  "prometheus", "receive_replica"};
  return labels;
}

std::vector<double>& row_of(PrometheusRows& rows, const std::string& name, std::int64_t columns) {
  return rows.try_emplace(name, static_cast<std::size_t>(columns), nothing).first->second;
}

void put(PrometheusRows& rows, std::span<const PrometheusSeries> all, const std::string& label,
         const PrometheusRange& range, std::int64_t columns, double factor) {
  for (const auto& series : all) {
    auto& row = row_of(rows, series.label(label), columns);
    for (const auto& point : series.points) {
      const auto column = (point.at - range.first) / range.step;
      if (point.at < range.first || column >= columns) continue;
      row[static_cast<std::size_t>(column)] = factor * point.value;
    }
  }
}

std::vector<std::span<const std::string>> pieces(std::span<const std::string> topics,
                                                 std::int64_t points) {
  const auto fit = std::clamp(points_at_once / std::max<std::int64_t>(1, points), std::int64_t{1},
                              topics_at_once);
  std::vector<std::span<const std::string>> all;
  while (!topics.empty()) {
    const auto count = std::min(static_cast<std::size_t>(fit), topics.size());
    all.push_back(topics.first(count));
    topics = topics.subspan(count);
  }
  return all;
}

}  // namespace

PrometheusReader::PrometheusReader(PrometheusApi& api, Flavour flavour, std::string matchers,
                                   std::stop_token stop)
    : api_(api),
      flavour_(std::move(flavour)),
      matchers_(std::move(matchers)),
      stop_(std::move(stop)) {}

const Meter& PrometheusReader::main_meter() const {
  return flavour_.tells_bytes() ? flavour_.bytes_in : flavour_.records;
}

std::string PrometheusReader::every_topic() const { return flavour_.topic_label + "!=\"\""; }

std::string PrometheusReader::selector(const Meter& meter, const std::string& more) const {
  return selector_of(meter, std::array{more, matchers_});
}

std::string PrometheusReader::main_selector() const {
  return selector(main_meter(), every_topic());
}

Result<void> PrometheusReader::add_hours(const std::string& label, const AmountOf& amount,
                                         const ObservedTime& time, PrometheusRows& rows) {
  const auto whole = (time.end - time.start) / hour;
  const auto rest = (time.end - time.start) % hour;
  const auto columns = whole + (rest > Millis{0} ? 1 : 0);
  if (whole > 0) {
    const PrometheusRange range{time.start + hour, time.start + whole * hour, hour};
    const auto [expression, factor] = amount(hour);
    const auto series = TRY(api_.query_range(expression, range, stop_));
    put(rows, series, label, range, columns, factor);
  }
  if (rest > Millis{0}) {
    // Its column is the last one.
    const PrometheusRange range{time.end - whole * hour, time.end, hour};
    const auto [expression, factor] = amount(rest);
    const auto series = TRY(api_.query(expression, time.end, stop_));
    put(rows, series, label, range, columns, factor);
  }
  return {};
}

Result<PrometheusRows> PrometheusReader::samples_by_instance(const ObservedTime& time) {
  PrometheusRows rows;
  const auto amount = [&](Millis window) {
    return Amount{fmt::format("max by (instance) (count_over_time({}[{}]))", main_selector(),
                              range_text(window - Millis{1}))};
  };
  TRY(add_hours("instance", amount, time, rows));
  return rows;
}

Result<PrometheusRows> PrometheusReader::scraped_at_bounds(const ObservedTime& time,
                                                           Millis scrape_interval) {
  // Two intervals, for one scrape may fail.
  const auto expression = fmt::format("count by (instance) (count_over_time({}[{}]))",
                                      main_selector(), range_text(2 * scrape_interval));
  const auto whole = (time.end - time.start) / hour;
  const auto rest = (time.end - time.start) % hour;
  const auto columns = whole + 1 + (rest > Millis{0} ? 1 : 0);
  PrometheusRows rows;
  const PrometheusRange range{time.start, time.start + whole * hour, hour};
  const auto at_hours = TRY(api_.query_range(expression, range, stop_));
  put(rows, at_hours, "instance", range, columns, 1);
  if (rest > Millis{0}) {
    const PrometheusRange last{time.end - (whole + 1) * hour, time.end, hour};
    const auto at_end = TRY(api_.query(expression, time.end, stop_));
    put(rows, at_end, "instance", last, columns, 1);
  }
  return rows;
}

Result<std::optional<Millis>> PrometheusReader::scrape_interval(Instant end) {
  const auto fullest = TRY(
      api_.query(fmt::format("topk(1, count_over_time({}[{}]))", main_selector(), range_text(hour)),
                 end, stop_));
  if (fullest.empty()) return std::nullopt;
  std::vector<std::string> matchers;
  for (const auto& [name, value] : fullest.front().labels) {
    matchers.push_back(name + "=" + promql_text(value));
  }
  const auto samples = TRY(api_.query(
      fmt::format("{}[{}]", selector_of({main_meter().metric, {}}, matchers), range_text(hour)),
      end, stop_));
  if (samples.empty() || samples.front().points.size() < samples_enough) return std::nullopt;
  std::vector<Millis> steps;
  const auto& points = samples.front().points;
  for (std::size_t i = 1; i < points.size(); ++i) {
    steps.push_back(points[i].at - points[i - 1].at);
  }
  // A minute without traffic has no sample of what came in it: then the nearest two tell.
  const bool gaps = flavour_.reading == Reading::minute_delta;
  const auto usual = steps.begin() + (gaps ? 0 : std::ssize(steps) / 2);
  std::nth_element(steps.begin(), usual, steps.end());
  return std::max(second, (*usual + second / 2) / second * second);
}

Result<std::map<std::string, std::set<std::string>>> PrometheusReader::differing_labels(
    Instant end) {
  return values_of(cluster_labels(), end);
}

Result<std::map<std::string, std::set<std::string>>> PrometheusReader::doubled_by(Instant end) {
  if (flavour_.reading == Reading::offset) return {};
  const auto doubled =
      TRY(api_.query(fmt::format("count(count without ({}) (count_over_time({}[{}])) > 1)",
                                 joined(scraper_labels(), ", "), main_selector(), range_text(hour)),
                     end, stop_));
  if (doubled.empty()) return {};
  return values_of(scraper_labels(), end);
}

Result<std::map<std::string, std::set<std::string>>> PrometheusReader::values_of(
    std::span<const std::string> labels, Instant end) {
  const auto groups =
      TRY(api_.query(fmt::format("count by ({}) (count_over_time({}[{}]))", joined(labels, ", "),
                                 main_selector(), range_text(hour)),
                     end, stop_));
  std::map<std::string, std::set<std::string>> values;
  for (const auto& label : labels) {
    for (const auto& group : groups) values[label].insert(group.label(label));
  }
  std::erase_if(values, [](const auto& label) { return label.second.size() < 2; });
  return values;
}

Result<PrometheusLabels> PrometheusReader::example_labels(Instant end) {
  const auto any = selector_of(main_meter(), std::array{every_topic()});
  const auto series = TRY(api_.query(
      fmt::format("topk(1, count_over_time({}[{}]))", any, range_text(hour)), end, stop_));
  return series.empty() ? PrometheusLabels{} : series.front().labels;
}

Result<std::vector<std::string>> PrometheusReader::topics_seen(Instant end) {
  const auto series =
      TRY(api_.query(fmt::format("topk(3, count by ({}) (count_over_time({}[{}])))",
                                 flavour_.topic_label, main_selector(), range_text(hour)),
                     end, stop_));
  std::vector<std::string> topics;
  topics.reserve(series.size());
  for (const auto& each : series) topics.push_back(each.label(flavour_.topic_label));
  return topics;
}

Result<PrometheusRows> PrometheusReader::hours(const Meter& meter,
                                               std::span<const std::string> topics,
                                               const ObservedTime& time, Millis scrape_interval) {
  PrometheusRows rows;
  for (const auto piece : pieces(topics, (time.end - time.start) / hour + 1)) {
    const auto asked = selector(meter, any_of(flavour_.topic_label, piece));
    const auto amount = [&](Millis window) {
      return amount_in(flavour_, asked, window, scrape_interval);
    };
    TRY(add_hours(flavour_.topic_label, amount, time, rows));
  }
  return rows;
}

Result<PrometheusRows> PrometheusReader::windows(const Meter& meter,
                                                 std::span<const std::string> topics,
                                                 const ObservedTime& stretch,
                                                 Millis scrape_interval) {
  const PrometheusRange range{stretch.start + stretch.width, stretch.end, stretch.width};
  const auto columns = (stretch.end - stretch.start) / stretch.width;
  PrometheusRows rows;
  for (const auto piece : pieces(topics, columns)) {
    const auto [expression, factor] =
        amount_in(flavour_, selector(meter, any_of(flavour_.topic_label, piece)), stretch.width,
                  scrape_interval);
    const auto series = TRY(api_.query_range(expression, range, stop_));
    put(rows, series, flavour_.topic_label, range, columns, factor);
  }
  return rows;
}

Result<std::map<std::string, double>> PrometheusReader::values_at(const std::string& expression,
                                                                  Instant at,
                                                                  const std::string& label) {
  const auto all = TRY(api_.query(expression, at, stop_));
  std::map<std::string, double> values;
  for (const auto& series : all) {
    if (!series.points.empty()) values[series.label(label)] = series.points.back().value;
  }
  return values;
}

Result<std::map<std::string, double>> PrometheusReader::retained(Instant at) {
  const auto& topic = flavour_.topic_label;
  const auto held = selector(flavour_.retained, every_topic());
  const auto expression = flavour_.retained_by_replica
                              ? fmt::format("sum by ({}) (max by ({}, {}) ({}))", topic, topic,
                                            flavour_.partition_label, held)
                              : fmt::format("sum by ({}) ({})", topic, held);
  return values_at(expression, at, topic);
}

Result<std::map<std::string, double>> PrometheusReader::highest(const Meter& meter,
                                                                const ObservedTime& time,
                                                                bool by_topic) {
  const auto length = range_text(time.end - time.start);
  if (!by_topic) {
    return values_at(fmt::format("max(max_over_time({}[{}]))", selector(meter, ""), length),
                     time.end, "");
  }
  return values_at(fmt::format("max by ({}) (max_over_time({}[{}]))", flavour_.topic_label,
                               selector(meter, every_topic()), length),
                   time.end, flavour_.topic_label);
}

}  // namespace partwise::metrics
