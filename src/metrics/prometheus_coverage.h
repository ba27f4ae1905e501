// How much of the observed time Prometheus has samples of: an hour without is not an hour of none.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/observed_time.h"
#include "metrics/prometheus_reader.h"

namespace partwise::metrics {

struct HoursSampled {
  int first = 0;
  int last = 0;
};

/// Hours with any sample; none without rows.
std::optional<HoursSampled> hours_sampled(const PrometheusRows& samples_by_instance);

struct Coverage {
  std::vector<double> hours;  ///< seconds of each hour whose traffic is counted
  double all = 0;             ///< their sum
  std::vector<std::string> warnings;

  [[nodiscard]] double from(int hour) const;
};

/// The usual time between two samples, hour by hour: `usual`, but where an hour's fullest instance
/// has a tenth fewer or more, what was the case at its end. Hours of as many samples are asked
/// about once, the most frequent counts first, a few of them at most.
///
/// errors: as of the reader
Result<std::vector<Millis>> scrape_intervals(PrometheusReader& reader, const ObservedTime& time,
                                             const PrometheusRows& samples_by_instance,
                                             Millis usual);

/// An hour is covered as far as its fullest instance has samples in it. Counters cover it wholly
/// where the instance was scraped at both of its ends, for they count what comes between.
/// `intervals` has the time between two samples in each hour.
///
/// It warns where less than 99 % is covered, and of instances that were not scraped for an hour or
/// more between their first sample and their last, while others were: if they were up, their
/// traffic is missing.
Coverage coverage_of(const ObservedTime& time, const PrometheusRows& samples_by_instance,
                     const PrometheusRows& scraped_at_bounds, std::span<const Millis> intervals,
                     bool counters);

}  // namespace partwise::metrics
