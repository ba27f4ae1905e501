#include "metrics/prometheus_coverage.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace partwise::metrics {
namespace {

constexpr Millis one_hour = std::chrono::hours(1);
// A scrape late at an hour's end is no gap.
constexpr double enough = 0.99;
constexpr std::size_t instances_named = 3;
// A failed scrape here and there is no other interval.
constexpr double as_usual = 0.1;
constexpr std::size_t counts_asked_about = 6;

bool there(const std::vector<double>& row, std::size_t at) {
  return at < row.size() && !std::isnan(row[at]) && row[at] > 0;
}

double length_of(const ObservedTime& time, std::size_t hour) {
  const Instant start = time.start + static_cast<int>(hour) * one_hour;
  return seconds(std::min(time.end, start + one_hour) - start);
}

double fullest(const PrometheusRows& samples, std::size_t hour) {
  double most = 0;
  for (const auto& [instance, row] : samples) {
    if (there(row, hour)) most = std::max(most, row[hour]);
  }
  return most;
}

// Whole hours that have other than the expected samples, by their count; those of most hours first.
std::vector<std::vector<std::size_t>> unusual_hours(const ObservedTime& time,
                                                    const PrometheusRows& samples, Millis usual) {
  std::map<double, std::vector<std::size_t>> by_count;
  const auto whole = static_cast<std::size_t>((time.end - time.start) / one_hour);
  const double expected = seconds(one_hour) / seconds(usual);
  for (std::size_t hour = 0; hour < whole; ++hour) {
    const double count = fullest(samples, hour);
    if (count > 0 && std::abs(count - expected) > as_usual * expected) {
      by_count[count].push_back(hour);
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  for (auto& [count, hours] : by_count) groups.push_back(std::move(hours));
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& one, const auto& other) { return one.size() > other.size(); });
  if (groups.size() > counts_asked_about) groups.resize(counts_asked_about);
  return groups;
}

Millis whole_seconds(double length) { return Millis{1000 * std::llround(length)}; }

std::size_t hours_missed(const std::vector<double>& samples, const std::vector<double>& covered) {
  const auto is_there = [](double n) { return n > 0; };  // NaN is not
  const auto first = std::find_if(samples.begin(), samples.end(), is_there) - samples.begin();
  const auto last = samples.rend() - std::find_if(samples.rbegin(), samples.rend(), is_there);
  std::size_t missed = 0;
  for (auto i = static_cast<std::size_t>(first); std::cmp_less(i, last); ++i) {
    if (i < covered.size() && covered[i] > 0 && !there(samples, i)) ++missed;
  }
  return missed;
}

std::string missed_text(const PrometheusRows& samples, const std::vector<double>& covered) {
  std::vector<std::string> parts;
  std::size_t more = 0;
  for (const auto& [instance, row] : samples) {
    const auto missed = hours_missed(row, covered);
    if (missed == 0) continue;
    if (parts.size() == instances_named) {
      ++more;
    } else {
      parts.push_back(fmt::format("{} in {}", instance,
                                  counted_text(static_cast<std::int64_t>(missed), "hour")));
    }
  }
  if (parts.empty()) return {};
  auto text = "not scraped while others were: " + joined(parts, ", ");
  if (more > 0) text += fmt::format(" and {} more", more);
  return text + "; if the brokers were up then, their traffic of that time is missing";
}

}  // namespace

double Coverage::from(int hour) const {
  double sum = 0;
  for (auto i = static_cast<std::size_t>(hour); i < hours.size(); ++i) sum += hours[i];
  return sum;
}

std::optional<HoursSampled> hours_sampled(const PrometheusRows& samples_by_instance) {
  std::optional<HoursSampled> sampled;
  for (const auto& [instance, row] : samples_by_instance) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!there(row, i)) continue;
      const int hour = static_cast<int>(i);
      if (!sampled) sampled = {hour, hour};
      sampled->first = std::min(sampled->first, hour);
      sampled->last = std::max(sampled->last, hour);
    }
  }
  return sampled;
}

Result<std::vector<Millis>> scrape_intervals(PrometheusReader& reader, const ObservedTime& time,
                                             const PrometheusRows& samples_by_instance,
                                             Millis usual) {
  const auto hours = (time.end - time.start + one_hour - Millis{1}) / one_hour;
  std::vector<Millis> intervals(static_cast<std::size_t>(hours), usual);
  for (const auto& group : unusual_hours(time, samples_by_instance, usual)) {
    const Instant end = time.start + static_cast<int>(group.front() + 1) * one_hour;
    const auto interval = TRY(reader.scrape_interval(end));
    for (const auto hour : group) intervals[hour] = interval.value_or(usual);
  }
  return intervals;
}

Coverage coverage_of(const ObservedTime& time, const PrometheusRows& samples_by_instance,
                     const PrometheusRows& scraped_at_bounds, std::span<const Millis> intervals,
                     bool counters) {
  const auto hours =
      static_cast<std::size_t>((time.end - time.start + one_hour - Millis{1}) / one_hour);
  Coverage coverage;
  coverage.hours.assign(hours, 0);
  for (const auto& [instance, samples] : samples_by_instance) {
    const auto bounds = scraped_at_bounds.find(instance);
    for (std::size_t i = 0; i < hours; ++i) {
      if (!there(samples, i)) continue;
      const double length = length_of(time, i);
      const bool whole = counters && bounds != scraped_at_bounds.end() &&
                         there(bounds->second, i) && there(bounds->second, i + 1);
      const double covered = whole ? length : std::min(length, samples[i] * seconds(intervals[i]));
      coverage.hours[i] = std::max(coverage.hours[i], covered);
    }
  }
  coverage.all = coverage.from(0);
  const double asked = seconds(time.end - time.start);
  if (coverage.all < enough * asked) {
    coverage.warnings.push_back(fmt::format(
        "Prometheus has samples of {} of {}: means are over those, and what came in the rest is "
        "not seen",
        duration_text(whole_seconds(coverage.all)), duration_text(time.end - time.start)));
  }
  const auto missed = missed_text(samples_by_instance, coverage.hours);
  if (!missed.empty()) coverage.warnings.push_back(missed);
  return coverage;
}

}  // namespace partwise::metrics
