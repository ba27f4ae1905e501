#include "metrics/prometheus_source.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "metrics/counted_topic.h"
#include "metrics/observed_time.h"
#include "metrics/peak_ladder.h"
#include "metrics/prometheus_choice.h"
#include "metrics/prometheus_coverage.h"
#include "metrics/prometheus_reader.h"
#include "metrics/prometheus_windows.h"

namespace partwise::metrics {
namespace {

constexpr Millis one_hour = std::chrono::hours(1);

/// What is known of one topic.
struct Topic {
  Topic(std::string topic, double bytes, const ObservedTime& time, double quantile)
      : name(std::move(topic)), weight(bytes), counted(time, quantile) {}

  std::string name;
  double weight;  // bytes of a unit of the main meter
  int begin = 0;  // the first hour with a series
  CountedTopic counted;
  double mean = 0;  // over the hours with samples alone
  double read_mean = 0;
};

struct Totals {
  double sum = 0;
  std::optional<int> begin;
};

Totals totals_of(const PrometheusRows& rows, const std::string& topic) {
  Totals totals;
  const auto row = rows.find(topic);
  if (row == rows.end()) return totals;
  for (std::size_t hour = 0; hour < row->second.size(); ++hour) {
    const double sum = row->second[hour];
    if (std::isnan(sum)) continue;
    if (!totals.begin) totals.begin = static_cast<int>(hour);
    totals.sum += sum;
  }
  return totals;
}

void fill(PeakLadder& ladder, const PrometheusRows& rows, const std::string& topic, double weight) {
  const auto row = rows.find(topic);
  for (int hour = 0; row != rows.end() && hour < ladder.hours(); ++hour) {
    const double sum = row->second[static_cast<std::size_t>(hour)];
    if (!std::isnan(sum)) ladder.set_hour(hour, weight * sum);
  }
  ladder.hours_known();
}

// The busiest window is no less busy than the average, though gaps may say so.
Interval at_least(double mean, const Interval& peak) {
  return {std::max(mean, peak.value), std::max(mean, peak.low), std::max(mean, peak.high)};
}

tl::unexpected<Error> no_bytes(const std::string& topic, const Flavour& flavour) {
  return fail(
      ErrorKind::not_found,
      fmt::format("the bytes of {} are not told by {}, which tells offsets", topic, flavour.name),
      "measure it with --method sampling_records, or let Prometheus scrape an exporter that "
      "counts bytes, such as prometheus/jmx_exporter");
}

/// One demand() under way.
class Run {
 public:
  Run(const PrometheusSettings& settings, const DemandQuery& query, PrometheusChoice& choice)
      : settings_(settings),
        query_(query),
        reader_(choice.reader),
        flavour_(reader_.flavour()),
        samples_(choice.samples) {}

  Result<ClusterDemand> demand(const ObservedTime& asked);

 private:
  [[nodiscard]] std::optional<double> weight_of(const std::string& topic) const;
  Result<void> find_time(const ObservedTime& asked);
  Result<void> find_coverage();
  Result<void> warn_of_clusters();
  Result<void> count_hours();
  Result<void> find_peaks();
  Result<void> find_extras(ClusterDemand& answer);
  [[nodiscard]] sizing::Demand demand_of(const Topic& topic) const;
  [[nodiscard]] std::vector<Result<sizing::Demand>> demands() const;
  [[nodiscard]] Error none_seen(const std::vector<std::string>& others) const;

  const PrometheusSettings& settings_;
  const DemandQuery& query_;
  PrometheusReader& reader_;
  const Flavour& flavour_;
  PrometheusRows samples_;
  Millis scrape_interval_{0};
  ObservedTime time_;
  Coverage coverage_;
  std::vector<Topic> topics_;  // those whose bytes can be told
  std::vector<std::string> warnings_;
};

std::optional<double> Run::weight_of(const std::string& topic) const {
  if (flavour_.tells_bytes()) return 1;
  const auto known = settings_.record_bytes.find(topic);
  return known == settings_.record_bytes.end() ? std::nullopt : std::optional(known->second);
}

Result<void> Run::find_time(const ObservedTime& asked) {
  const auto sampled = hours_sampled(samples_).value();
  const auto latest = std::min(asked.end, asked.start + (sampled.last + 1) * one_hour);
  const auto interval = TRY(reader_.scrape_interval(latest));
  if (!interval) {
    return fail(ErrorKind::invalid_input,
                fmt::format("Prometheus has too few samples of {} in the hour before {}",
                            reader_.main_selector(), utc_text(latest)),
                "let it scrape more often, every minute or less");
  }
  scrape_interval_ = *interval;
  const auto width = window_that_can_be_told(asked.width, scrape_interval_);
  if (width != asked.width) {
    warnings_.push_back(fmt::format(
        "Prometheus has a sample every {}: the busiest {} is looked for instead of the busiest {}",
        duration_text(scrape_interval_), duration_text(width), duration_text(asked.width)));
  }
  // The first hour with samples is a part of one, unless it is the first that was asked for.
  const int first = sampled.first == 0 ? 0 : std::min(sampled.first + 1, sampled.last);
  const Instant start = asked.start + first * one_hour;
  auto time = observed_time(query_.now, query_.now - start, width);
  if (!time) {
    return fail(
        ErrorKind::not_found,
        fmt::format("Prometheus has samples of {} from {} on only: {}", reader_.main_selector(),
                    utc_text(asked.start + sampled.first * one_hour), time.error().message),
        "try again later");
  }
  time_ = *time;
  if (sampled.first > 0) {
    warnings_.push_back(fmt::format(
        "Prometheus has no samples from before {}: what is told is of the last {}, not of {}",
        utc_text(time_.start), duration_text(time_.end - time_.start),
        duration_text(asked.end - asked.start)));
  }
  const auto cut = (time_.start - asked.start) / one_hour;
  for (auto& [instance, row] : samples_) row.erase(row.begin(), row.begin() + cut);
  return {};
}

Result<void> Run::find_coverage() {
  const bool counters = flavour_.reading == Reading::counter || flavour_.reading == Reading::offset;
  PrometheusRows bounds;
  if (counters) bounds = TRY(reader_.scraped_at_bounds(time_, scrape_interval_));
  coverage_ = coverage_of(time_, samples_, bounds, scrape_interval_, counters);
  warnings_.insert(warnings_.end(), coverage_.warnings.begin(), coverage_.warnings.end());
  if (flavour_.reading == Reading::rate) {
    warnings_.emplace_back(
        "the rates are the brokers' averages of about a minute and more, which flatten short "
        "peaks: metrics that count (Count in JMX) would tell more");
  }
  return {};
}

Result<void> Run::warn_of_clusters() {
  const auto differing = TRY(reader_.differing_labels(time_.end));
  for (const auto& [label, values] : differing) {
    const std::vector<std::string> some(values.begin(), values.end());
    warnings_.push_back(quotable(fmt::format(
        "the series have several values of {} ({}): if those are clusters, choose one with "
        "--prometheus-selector, or topics of the same name are added up",
        label, joined(some, ", "))));
  }
  return {};
}

Error Run::none_seen(const std::vector<std::string>& others) const {
  return {ErrorKind::not_found,
          fmt::format("Prometheus has no series of {} that {} asked for by {}",
                      topics_.size() == 1 ? topics_.front().name : "any of the topics",
                      topics_.size() == 1 ? "was" : "were", reader_.main_selector()),
          quotable(fmt::format("it has those of {}: if that is another cluster, correct "
                               "--prometheus-selector or --prometheus-url",
                               joined(others, ", "))),
          {}};
}

Result<void> Run::count_hours() {
  std::vector<std::string> names;
  for (const auto& topic : topics_) names.push_back(topic.name);
  const auto& main = reader_.main_meter();
  const auto in = TRY(reader_.hours(main, names, time_, scrape_interval_));
  if (in.empty()) {
    const auto others = TRY(reader_.topics_seen(time_.end));
    return tl::unexpected(none_seen(others));
  }
  PrometheusRows out;
  PrometheusRows records = flavour_.tells_bytes() ? PrometheusRows() : in;
  if (flavour_.bytes_out.told()) {
    out = TRY(reader_.hours(flavour_.bytes_out, names, time_, scrape_interval_));
  }
  if (flavour_.tells_bytes() && flavour_.records.told()) {
    records = TRY(reader_.hours(flavour_.records, names, time_, scrape_interval_));
  }
  for (auto& topic : topics_) {
    auto& counted = topic.counted;
    const auto all = totals_of(in, topic.name);
    topic.begin = all.begin.value_or(0);
    fill(counted.received, in, topic.name, topic.weight);
    counted.received.begin_at(topic.begin);
    const double covered = coverage_.from(topic.begin);
    if (covered > 0) topic.mean = topic.weight * all.sum / covered;
    if (flavour_.bytes_out.told()) {
      fill(counted.sent.emplace(time_, query_.peak_quantile), out, topic.name, 1);
      counted.sent->begin_at(topic.begin);
      if (covered > 0) topic.read_mean = totals_of(out, topic.name).sum / covered;
    }
    if (flavour_.records.told()) {
      counted.records = counted.sized_records = totals_of(records, topic.name).sum;
      counted.sized_bytes = topic.weight * all.sum;
    }
  }
  return {};
}

Result<void> Run::find_peaks() {
  std::vector<OpenTopic> written;
  std::vector<OpenTopic> read;
  for (auto& topic : topics_) {
    auto& counted = topic.counted;
    OpenTopic open{topic.name, topic.weight, &counted.received,
                   settled_by(topic.mean, query_.sizing)};
    // What is read changes no count: one look is enough, where writes deserve one.
    if (counted.sent && !counted.received.open_hours(open.settled).empty()) {
      read.push_back(
          {topic.name, 1, &*counted.sent, [](const Interval& rate) { return rate.exact(); }});
    }
    written.push_back(std::move(open));
  }
  TRY(narrow(reader_, reader_.main_meter(), written, time_, scrape_interval_));
  return narrow(reader_, flavour_.bytes_out, read, time_, scrape_interval_, 1);
}

sizing::Tristate hot(const std::map<std::string, double>& highest, const Meter& meter,
                     const std::string& topic) {
  if (!meter.told()) return sizing::Tristate::unknown;
  const auto value = highest.find(topic);
  return value != highest.end() && value->second > 0 ? sizing::Tristate::yes : sizing::Tristate::no;
}

Result<void> Run::find_extras(ClusterDemand& answer) {
  std::map<std::string, double> retained;
  std::map<std::string, double> ingress;
  std::map<std::string, double> egress;
  if (flavour_.retained.told()) retained = TRY(reader_.retained(time_.end));
  if (flavour_.hot_ingress.told()) {
    ingress = TRY(reader_.highest(flavour_.hot_ingress, time_, true));
  }
  if (flavour_.hot_egress.told()) egress = TRY(reader_.highest(flavour_.hot_egress, time_, true));
  for (auto& topic : topics_) {
    const auto held = retained.find(topic.name);
    if (held != retained.end()) topic.counted.retained_bytes = held->second;
    topic.counted.hot_ingress = hot(ingress, flavour_.hot_ingress, topic.name);
    topic.counted.hot_egress = hot(egress, flavour_.hot_egress, topic.name);
  }
  if (flavour_.load.told()) {
    const auto load = TRY(reader_.highest(flavour_.load, time_, false));
    if (!load.empty()) answer.cluster_load = load.begin()->second;
  }
  return {};
}

sizing::Demand Run::demand_of(const Topic& topic) const {
  auto demand = metrics::demand_of(topic.counted, time_);
  demand.window_start = topic.counted.received.hour_start(topic.begin);
  demand.windows = topic.counted.received.windows();
  demand.mean = Interval::exactly(topic.mean);
  if (demand.read_mean) demand.read_mean = Interval::exactly(topic.read_mean);
  if (query_.peak_quantile >= 1) {
    demand.peak = at_least(topic.mean, demand.peak);
    demand.hottest_rate_bound = demand.peak.high;
    if (demand.read_peak) demand.read_peak = at_least(topic.read_mean, *demand.read_peak);
  }
  if (!flavour_.tells_bytes()) {
    demand.warnings.push_back(fmt::format("bytes are offsets of {} times {} each", flavour_.name,
                                          bytes_text(topic.weight)));
  }
  return demand;
}

std::vector<Result<sizing::Demand>> Run::demands() const {
  std::vector<Result<sizing::Demand>> all;
  auto topic = topics_.begin();
  for (const auto& name : query_.topics) {
    if (weight_of(name)) {
      all.emplace_back(demand_of(*topic++));
    } else {
      all.emplace_back(no_bytes(name, flavour_));
    }
  }
  return all;
}

Result<ClusterDemand> Run::demand(const ObservedTime& asked) {
  TRY(find_time(asked));
  for (const auto& name : query_.topics) {
    const auto weight = weight_of(name);
    if (weight) topics_.emplace_back(name, *weight, time_, query_.peak_quantile);
  }
  ClusterDemand answer;
  if (!topics_.empty()) {
    TRY(find_coverage());
    TRY(warn_of_clusters());
    TRY(count_hours());
    TRY(find_peaks());
    TRY(find_extras(answer));
  }
  answer.topics = demands();
  answer.warnings = std::move(warnings_);
  return answer;
}

}  // namespace

PrometheusSource::PrometheusSource(PrometheusSettings settings, http::Exchange& exchange)
    : settings_(std::move(settings)), exchange_(exchange) {}

Result<ClusterDemand> PrometheusSource::demand(const DemandQuery& query,
                                               const std::stop_token& stop) {
  const auto asked = TRY(observed_time(query.now, query.length, query.peak_window));
  PrometheusApi api(settings_.access, exchange_);
  auto choice = TRY(
      chosen_flavour(api, settings_.flavour, settings_.selector, query.cluster_id, asked, stop));
  {
    const std::lock_guard lock(mutex_);
    chosen_ = choice.text;
  }
  auto answer = TRY(Run(settings_, query, choice).demand(asked));
  answer.requests = api.requests();
  answer.warnings.insert(answer.warnings.end(), api.warnings().begin(), api.warnings().end());
  return answer;
}

std::string PrometheusSource::chosen() const {
  const std::lock_guard lock(mutex_);
  return chosen_;
}

}  // namespace partwise::metrics
