#include "sample/window_grid.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace partwise::sample {
namespace {

constexpr std::array<Millis, 6> round_times = {std::chrono::hours(24),  std::chrono::hours(6),
                                               std::chrono::hours(1),   std::chrono::minutes(15),
                                               std::chrono::minutes(5), std::chrono::minutes(1)};

Instant aligned_down(Instant t, Millis width) {
  const auto since = t.time_since_epoch();
  return t - ((since % width) + width) % width;
}

}  // namespace

WindowGrid WindowGrid::ending_at(Instant now, Millis width, Millis length) {
  const auto windows = std::max<std::int64_t>(1, length / width);
  const Instant end = aligned_down(now, width);
  return {end - windows * width, width, static_cast<int>(windows)};
}

int WindowGrid::window_at(Instant t) const {
  const auto j = (t - start) / width;
  return static_cast<int>(std::clamp<std::int64_t>(j, 0, count - 1));
}

int WindowGrid::round_boundary(int a, int b) const {
  CHECK(b - a > 1);
  const int middle = a + (b - a) / 2;
  const int margin = (b - a) / 4;
  for (const Millis unit : round_times) {
    if (unit < width || unit % width != Millis{0}) continue;
    const int step = static_cast<int>(unit / width);
    const Instant below = aligned_down(boundary(middle), unit);
    const auto low = static_cast<int>((below - start) / width);
    // The nearer of the two round times around the middle.
    const int candidate = middle - low <= step - (middle - low) ? low : low + step;
    if (candidate > a && candidate < b && candidate >= a + margin && candidate <= b - margin) {
      return candidate;
    }
  }
  return middle;
}

}  // namespace partwise::sample
