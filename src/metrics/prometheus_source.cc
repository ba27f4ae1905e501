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

bool is_gauge(Reading reading) {
  return reading == Reading::rate || reading == Reading::minute_delta;
}

std::int64_t hours_in(const ObservedTime& time) {
  return (time.end - time.start + one_hour - Millis{1}) / one_hour;
}

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

// The hours that have both.
void add_sizes(CountedTopic& counted, const PrometheusRows& bytes, const PrometheusRows& records,
               const std::string& topic, double weight) {
  const auto in = bytes.find(topic);
  const auto counts = records.find(topic);
  if (in == bytes.end() || counts == records.end()) return;
  for (std::size_t hour = 0; hour < in->second.size(); ++hour) {
    if (std::isnan(in->second[hour]) || std::isnan(counts->second[hour])) continue;
    counted.sized_bytes += weight * in->second[hour];
    counted.sized_records += counts->second[hour];
  }
}

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
      fmt::format("the bytes of {} are not told by {}, which tells offsets, and "
                  "--prometheus-record-bytes has no size of its records",
                  topic, flavour.name),
      "give one: 1KiB, or orders=700B; or measure it with --method sampling_records, or let "
      "Prometheus scrape an exporter that counts bytes, such as prometheus/jmx_exporter");
}

// Empty where it is not told or could not be had.
using HighestByTopic = std::optional<std::map<std::string, double>>;

/// One demand() under way.
class Run {
 public:
  Run(const PrometheusSettings& settings, const DemandQuery& query, PrometheusChoice& choice)
      : settings_(settings),
        query_(query),
        reader_(choice.reader),
        flavour_(reader_.flavour()),
        samples_(choice.samples),
        of_one_cluster_(choice.of_one_cluster) {}

  Result<ClusterDemand> demand(const ObservedTime& asked);

 private:
  [[nodiscard]] std::optional<double> weight_of(const std::string& topic) const;
  /// What is worth having, but no reason to give up the hours: where it fails, `otherwise`, and a
  /// warning that `what` is not known.
  ///
  /// errors: interrupted
  template <class T>
  Result<T> unless_it_fails(Result<T> answer, const std::string& what, T otherwise = {});
  Result<void> find_time(const ObservedTime& asked);
  Result<void> find_intervals();
  Result<void> find_coverage();
  Result<void> warn_of_clusters();
  Result<void> warn_of_doubles();
  Result<std::optional<PrometheusRows>> hours_of(const Meter& meter, const std::string& what);
  Result<void> count_hours();
  void scale(PrometheusRows& rows) const;
  void take(Topic& topic, const PrometheusRows& in, const std::optional<PrometheusRows>& out,
            const std::optional<PrometheusRows>& records);
  void leave_out_gaps(PeakLadder& ladder) const;
  Result<void> find_peaks();
  void note_open(const std::vector<OpenTopic>& written, const Error& error);
  Result<HighestByTopic> highest_of(const Meter& meter, const std::string& what);
  Result<void> find_extras(ClusterDemand& answer);
  [[nodiscard]] sizing::Demand demand_of(const Topic& topic) const;
  [[nodiscard]] std::vector<Result<sizing::Demand>> demands() const;
  [[nodiscard]] Error none_seen(const std::vector<std::string>& others) const;

  const PrometheusSettings& settings_;
  const DemandQuery& query_;
  PrometheusReader& reader_;
  const Flavour& flavour_;
  PrometheusRows samples_;
  bool of_one_cluster_;
  Millis scrape_interval_{0};
  std::vector<Millis> intervals_;  // of each hour
  ObservedTime time_;
  Coverage coverage_;
  std::vector<Topic> topics_;  // those whose bytes can be told
  std::vector<std::string> warnings_;
};

std::optional<double> Run::weight_of(const std::string& topic) const {
  if (flavour_.tells_bytes()) return 1;
  const auto known = settings_.record_bytes.find(topic);
  return known == settings_.record_bytes.end() ? settings_.other_record_bytes
                                               : std::optional(known->second);
}

template <class T>
Result<T> Run::unless_it_fails(Result<T> answer, const std::string& what, T otherwise) {
  if (answer || answer.error().kind == ErrorKind::interrupted) return answer;
  warnings_.push_back(fmt::format("{} not known: {}", what, answer.error().message));
  return otherwise;
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

Result<void> Run::find_intervals() {
  const std::vector<Millis> usual(static_cast<std::size_t>(hours_in(time_)), scrape_interval_);
  intervals_ = TRY(unless_it_fails(scrape_intervals(reader_, time_, samples_, scrape_interval_),
                                   "how often it was scraped in other hours is", usual));
  const auto others = std::count_if(intervals_.begin(), intervals_.end(),
                                    [&](Millis each) { return each != scrape_interval_; });
  if (others == 0) return {};
  const auto [least, most] = std::minmax_element(intervals_.begin(), intervals_.end());
  warnings_.push_back(fmt::format(
      "Prometheus has a sample every {} now, but had other distances in {}, from {} to {}: the "
      "busiest windows of those may be told by hours alone",
      duration_text(scrape_interval_), counted_text(others, "hour"), duration_text(*least),
      duration_text(*most)));
  return {};
}

Result<void> Run::find_coverage() {
  const bool counters = !is_gauge(flavour_.reading);
  PrometheusRows bounds;
  if (counters) {
    bounds = TRY(unless_it_fails(reader_.scraped_at_bounds(time_, scrape_interval_),
                                 "whether counters were seen at the ends of hours is"));
  }
  coverage_ = coverage_of(time_, samples_, bounds, intervals_, counters);
  warnings_.insert(warnings_.end(), coverage_.warnings.begin(), coverage_.warnings.end());
  if (flavour_.reading == Reading::rate) {
    warnings_.emplace_back(
        "the rates are the brokers' averages of about a minute and more, which flatten short "
        "peaks: metrics that count (Count in JMX) would tell more");
  }
  return {};
}

Result<void> Run::warn_of_clusters() {
  if (settings_.several_clusters && !of_one_cluster_) {
    warnings_.push_back(fmt::format(
        "all clusters of this run are told by the same series: a topic has the numbers of all "
        "topics of its name; write {0} into --prometheus-selector, as in cluster=\"{0}\", or run "
        "once for each cluster",
        cluster_id_place));
  }
  const auto differing =
      TRY(unless_it_fails(reader_.differing_labels(time_.end), "labels of clusters are"));
  for (const auto& [label, values] : differing) {
    const std::vector<std::string> some(values.begin(), values.end());
    warnings_.push_back(quotable(fmt::format(
        "the series have several values of {} ({}): if those are clusters, choose one with "
        "--prometheus-selector, or topics of the same name are added up",
        label, joined(some, ", "))));
  }
  return {};
}

Result<void> Run::warn_of_doubles() {
  const auto doubled =
      TRY(unless_it_fails(reader_.doubled_by(time_.end), "whether anything is scraped twice is"));
  std::vector<std::string> parts;
  for (const auto& [label, values] : doubled) {
    const std::vector<std::string> some(values.begin(), values.end());
    parts.push_back(fmt::format("{} ({})", label, joined(some, ", ")));
  }
  if (parts.empty()) return {};
  warnings_.push_back(quotable(
      fmt::format("the same brokers are scraped several times, in series that differ in {}: their "
                  "traffic is added up as often; choose one with --prometheus-selector, or let the "
                  "server leave out duplicates",
                  joined(parts, ", "))));
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

// A gauge's sample stands for the time to the next, in its own hour.
void Run::scale(PrometheusRows& rows) const {
  if (!is_gauge(flavour_.reading)) return;
  for (auto& [topic, row] : rows) {
    for (std::size_t hour = 0; hour < row.size(); ++hour) {
      row[hour] *= seconds(intervals_[hour]) / seconds(scrape_interval_);
    }
  }
}

// None where it is not told, or where it failed.
Result<std::optional<PrometheusRows>> Run::hours_of(const Meter& meter, const std::string& what) {
  using Rows = std::optional<PrometheusRows>;
  if (!meter.told()) return Rows();
  std::vector<std::string> names;
  for (const auto& topic : topics_) names.push_back(topic.name);
  auto rows = TRY(
      unless_it_fails<Rows>(reader_.hours(meter, names, time_, scrape_interval_), what + " are"));
  if (rows) scale(*rows);
  return rows;
}

Result<void> Run::count_hours() {
  std::vector<std::string> names;
  for (const auto& topic : topics_) names.push_back(topic.name);
  auto in = TRY(reader_.hours(reader_.main_meter(), names, time_, scrape_interval_));
  if (in.empty()) {
    const auto others =
        TRY(unless_it_fails(reader_.topics_seen(time_.end), "the topics of Prometheus are"));
    return tl::unexpected(none_seen(others));
  }
  scale(in);
  const auto out = TRY(hours_of(flavour_.bytes_out, "bytes out"));
  const auto records =
      flavour_.tells_bytes() ? TRY(hours_of(flavour_.records, "records")) : std::optional(in);
  for (auto& topic : topics_) take(topic, in, out, records);
  return {};
}

void Run::take(Topic& topic, const PrometheusRows& in, const std::optional<PrometheusRows>& out,
               const std::optional<PrometheusRows>& records) {
  auto& counted = topic.counted;
  const auto all = totals_of(in, topic.name);
  topic.begin = all.begin.value_or(0);
  fill(counted.received, in, topic.name, topic.weight);
  counted.received.begin_at(topic.begin);
  leave_out_gaps(counted.received);
  const double covered = coverage_.from(topic.begin);
  if (covered > 0) topic.mean = topic.weight * all.sum / covered;
  if (out) {
    auto& sent = counted.sent.emplace(time_, query_.peak_quantile);
    fill(sent, *out, topic.name, 1);
    sent.begin_at(topic.begin);
    leave_out_gaps(sent);
    if (covered > 0) topic.read_mean = totals_of(*out, topic.name).sum / covered;
  }
  if (records) {
    counted.records = totals_of(*records, topic.name).sum;
    add_sizes(counted, in, *records, topic.name, topic.weight);
  }
}

void Run::leave_out_gaps(PeakLadder& ladder) const {
  for (int hour = 0; hour < ladder.hours(); ++hour) {
    if (coverage_.hours[static_cast<std::size_t>(hour)] <= 0) ladder.leave_out(hour);
  }
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
  auto told = narrow(reader_, reader_.main_meter(), written, time_, scrape_interval_);
  if (!told) {
    if (told.error().kind == ErrorKind::interrupted) return told;
    note_open(written, told.error());
  }
  auto told_of_reads = narrow(reader_, flavour_.bytes_out, read, time_, scrape_interval_, 1);
  if (told_of_reads || told_of_reads.error().kind == ErrorKind::interrupted) return told_of_reads;
  warnings_.push_back("the busiest windows of reading are only known by the hour: " +
                      told_of_reads.error().message);
  return {};
}

void Run::note_open(const std::vector<OpenTopic>& written, const Error& error) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i].ladder->open_hours(written[i].settled).empty()) continue;
    auto& counted = topics_[i].counted;
    counted.failures.push_back(only_by_the_hour(error));
    counted.warnings.push_back(counted.failures.back().message);
  }
}

sizing::Tristate hot(const HighestByTopic& highest, const std::string& topic) {
  if (!highest) return sizing::Tristate::unknown;
  const auto value = highest->find(topic);
  return value != highest->end() && value->second > 0 ? sizing::Tristate::yes
                                                      : sizing::Tristate::no;
}

Result<HighestByTopic> Run::highest_of(const Meter& meter, const std::string& what) {
  if (!meter.told()) return HighestByTopic();
  return unless_it_fails<HighestByTopic>(reader_.highest(meter, time_, true), what);
}

Result<void> Run::find_extras(ClusterDemand& answer) {
  std::map<std::string, double> retained;
  if (flavour_.retained.told()) {
    retained = TRY(unless_it_fails(reader_.retained(time_.end), "the bytes that are held are"));
  }
  const auto ingress = TRY(highest_of(flavour_.hot_ingress, "what is hot by writes is"));
  const auto egress = TRY(highest_of(flavour_.hot_egress, "what is hot by reads is"));
  for (auto& topic : topics_) {
    const auto held = retained.find(topic.name);
    if (held != retained.end()) topic.counted.retained_bytes = held->second;
    topic.counted.hot_ingress = hot(ingress, topic.name);
    topic.counted.hot_egress = hot(egress, topic.name);
  }
  if (flavour_.load.told()) {
    const auto load =
        TRY(unless_it_fails(reader_.highest(flavour_.load, time_, false), "the cluster's load is"));
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
    TRY(find_intervals());
    TRY(find_coverage());
    TRY(warn_of_clusters());
    TRY(warn_of_doubles());
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
    const std::scoped_lock lock(mutex_);
    chosen_ = choice.text;
  }
  auto answer = TRY(Run(settings_, query, choice).demand(asked));
  answer.requests = api.requests();
  answer.warnings.insert(answer.warnings.end(), api.warnings().begin(), api.warnings().end());
  return answer;
}

std::string PrometheusSource::chosen() const {
  const std::scoped_lock lock(mutex_);
  return chosen_;
}

}  // namespace partwise::metrics
