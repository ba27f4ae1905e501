// Demand over time, coarse enough for a picture and a file.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"

namespace partwise::sizing {

/// Steps of a course at most: two hours each, of a week.
inline constexpr int course_steps = 84;

/// Bytes that came in, as means over steps of equal length.
///
/// shape: bytes_per_s[i] is over the step from start + i * step; the last one may be shorter; empty
///        where nothing is known. No steps: nothing is known of any.
struct DemandCourse {
  Instant start;
  Millis step{0};
  std::vector<std::optional<double>> bytes_per_s;
};

/// What came in [from, to); when in that time is not known.
struct CountedBytes {
  Instant from;
  Instant to;
  double bytes = 0;
};

/// The course over [start, end) in steps of whole windows. Bytes of a part that is longer than a
/// step are spread over it evenly: each step then has the mean of the longer time.
///
/// shape: `parts` do not overlap and lie in [start, end)
DemandCourse demand_course(Instant start, Instant end, Millis window,
                           std::span<const CountedBytes> parts);

}  // namespace partwise::sizing
