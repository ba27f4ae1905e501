// Asks for the windows of those hours in which the busiest one may hide.
#pragma once

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "metrics/observed_time.h"
#include "metrics/peak_ladder.h"
#include "metrics/prometheus_reader.h"

namespace partwise::metrics {

/// One topic whose hours are known.
struct OpenTopic {
  std::string name;
  double weight = 1;  ///< bytes of one unit of the meter
  PeakLadder* ladder = nullptr;
  PeakLadder::Settled settled;
  std::set<int> asked = {};  ///< hours
};

/// Rounds until all are settled, at most `rounds`: of each topic the open hour with the most first,
/// then two more, four, and so on; the hours of one day together. An hour whose windows are off by
/// more than a tenth of what it has, as beside a gap, or where scrapes were further apart, stays
/// unknown.
///
/// errors: as of the reader
Result<void> narrow(PrometheusReader& reader, const Meter& meter, std::vector<OpenTopic>& topics,
                    const ObservedTime& time, Millis scrape_interval,
                    int rounds = std::numeric_limits<int>::max());

}  // namespace partwise::metrics
