#include "metrics/observed_time.h"

#include <algorithm>

#include <fmt/format.h>

namespace partwise::metrics {
namespace {

constexpr Millis minute = std::chrono::minutes(1);
constexpr Millis hour = std::chrono::hours(1);

bool nests_in_hours(Millis width) {
  if (width < minute || width % minute != Millis{0}) return false;
  return width < hour ? hour % width == Millis{0} : width % hour == Millis{0};
}

Instant rounded_down(Instant t, Millis step) { return t - t.time_since_epoch() % step; }

Instant rounded_up(Instant t, Millis step) { return rounded_down(t + step - Millis{1}, step); }

}  // namespace

Result<> can_be_told(Millis width) {
  if (nests_in_hours(width)) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("a peak window of {} cannot be had from a metrics service, which keeps "
                          "minutes and hours",
                          width < Millis{1000} ? fmt::format("{} ms", width.count())
                                               : duration_text(width)),
              "1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes, or whole hours");
}

Result<ObservedTime> observed_time(Instant latest, Millis length, Millis width) {
  TRY(can_be_told(width));
  const auto step = std::max(hour, width);
  const ObservedTime time{rounded_up(latest - length, step), rounded_down(latest, width), width};
  if (time.start < time.end) return time;
  return fail(ErrorKind::invalid_input,
              fmt::format("{} is too short a time to look for the busiest {}, from a whole hour on",
                          duration_text(length), duration_text(width)),
              fmt::format("observe at least {}", duration_text(2 * step)));
}

}  // namespace partwise::metrics
