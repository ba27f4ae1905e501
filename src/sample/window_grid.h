// The observed time, cut into windows of equal length that are aligned to the clock.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace partwise::sample {

/// Windows 0 .. count-1; window j holds the times from boundary(j) up to boundary(j + 1).
struct WindowGrid {
  Instant start;
  Millis width{60'000};
  int count = 0;

  /// The windows of `width` that end at `now` rounded down, and reach back `length`; at least one.
  static WindowGrid ending_at(Instant now, Millis width, Millis length);

  [[nodiscard]] Instant boundary(int j) const { return start + j * width; }
  [[nodiscard]] Instant end() const { return boundary(count); }
  [[nodiscard]] Millis length() const { return count * width; }

  /// The window that holds `t`, kept in 0 .. count - 1.
  [[nodiscard]] int window_at(Instant t) const;

  /// A boundary strictly between a and b (b - a > 1): the roundest time (1 d, 6 h, 1 h, 15, 5, 1
  /// min) in the middle half, so that windows of an hour or five minutes nest in the splits.
  [[nodiscard]] int round_boundary(int a, int b) const;
};

}  // namespace partwise::sample
