// What a topic carries: the measured input of a recommendation, whatever measured it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "sizing/report.h"

namespace partwise::sizing {

struct Demand {
  std::int64_t records = 0;
  std::optional<std::int64_t> records_in_window;  ///< empty: the answer did not need it
  Instant window_start;
  Instant window_end;
  std::int64_t windows = 0;
  std::optional<Interval> record_bytes;
  Interval mean;  ///< B/s over the window
  Interval peak;  ///< B/s in the busiest window, or the chosen quantile
  PeakWindow peak_window;
  DemandCourse course;  ///< no steps: the answer did not need it
  Decision decision = Decision::none;

  /// Of the records in the peak window; empty when the window's partitions were not told apart.
  std::optional<double> hottest_share;
  int hottest_partition = -1;
  /// B/s: no partition's busiest window is above this.
  double hottest_rate_bound = 0;
  std::optional<HotKey> hot_key;

  // What a metrics service tells beyond, where it does.
  std::optional<double> retained_bytes;  ///< held now, replicas not counted
  std::optional<Interval> read_mean;     ///< B/s that all consumers together take
  std::optional<Interval> read_peak;     ///< in the busiest window of that
  Tristate hot_ingress = Tristate::unknown;
  Tristate hot_egress = Tristate::unknown;

  std::int64_t lookups = 0;
  std::int64_t records_read = 0;
  std::vector<std::string> warnings;
  std::vector<Failure> failures;  ///< that left the count less certain
};

}  // namespace partwise::sizing
