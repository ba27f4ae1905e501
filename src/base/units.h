// Quantities that must not be mixed up: how they are read from text and shown to people.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace partwise {

inline constexpr double kib = 1024;
inline constexpr double mib = 1024 * 1024;

struct BytesPerSecond {
  double value = 0;
  auto operator<=>(const BytesPerSecond&) const = default;
};

constexpr double operator/(BytesPerSecond a, BytesPerSecond b) { return a.value / b.value; }
constexpr BytesPerSecond operator*(double k, BytesPerSecond a) { return {k * a.value}; }

/// A measured number with its 95 % limits; low == high when it is exact.
struct Interval {
  double value = 0;
  double low = 0;
  double high = 0;
  static constexpr Interval exactly(double x) { return {x, x, x}; }
  [[nodiscard]] constexpr bool exact() const { return low == high; }
  [[nodiscard]] constexpr bool contains(double x) const { return low <= x && x <= high; }
};

constexpr Interval operator*(double k, const Interval& x) {
  return {k * x.value, k * x.low, k * x.high};
}

/// The product of two numbers above zero whose errors are independent: the relative reaches of
/// each side add as squares, and the lower limit is no less than zero. Zero, where one is not above
/// it.
Interval product(const Interval& x, const Interval& y);

/// "10485760", "25MB", "10 MiB", "4kB": decimal prefixes are powers of 1000, binary ones
/// (KiB, MiB, GiB) of 1024. A bare number is bytes.
///
/// errors: invalid_input, naming the units that are understood
Result<std::int64_t> bytes_from_text(std::string_view text);

/// As bytes_from_text, with an optional "/s" behind it: "25MB/s", "10MiB/s".
Result<BytesPerSecond> rate_from_text(std::string_view text);

/// "60", "60s", "500ms", "5min", "1h", "7d": a bare number is seconds.
Result<Millis> duration_from_text(std::string_view text);

/// "2026-03-04T05:06:07Z", with or without a fraction of a second; also "2026-03-04".
///
/// errors: invalid_input, for anything but a time of UTC from 1970 to 9999
Result<Instant> instant_from_text(std::string_view text);

/// "2.1 KiB", "355 MiB": binary prefixes, three significant digits.
std::string bytes_text(double bytes);

/// "9.10 MiB/s".
std::string rate_text(BytesPerSecond rate);

/// 41208 as "41,208".
std::string count_text(std::int64_t n);

/// "1 topic", "1,000 topics".
std::string counted_text(std::int64_t count, std::string_view noun);

/// A share as percent, without the sign: 0.714 as "71", and 0.0042 as "0.42": below one percent it
/// has two significant digits, for a small share is not none.
std::string percent_text(double share, int decimals = 0);

/// The shortest text that reads back as the same double; whole numbers without a point.
std::string number_text(double x);

/// Rounded to nine significant digits, more than is measured: for JSON. Infinities stay.
double nine_digits(double x);

}  // namespace partwise
