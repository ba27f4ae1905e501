#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise {
namespace {

struct Unit {
  std::string_view name;
  double size;
};

constexpr std::array<Unit, 13> byte_units = {{{"", 1},
                                              {"b", 1},
                                              {"kb", 1e3},
                                              {"k", 1e3},
                                              {"mb", 1e6},
                                              {"m", 1e6},
                                              {"gb", 1e9},
                                              {"g", 1e9},
                                              {"tb", 1e12},
                                              {"kib", 1024.0},
                                              {"mib", 1024.0 * 1024},
                                              {"gib", 1024.0 * 1024 * 1024},
                                              {"tib", 1024.0 * 1024 * 1024 * 1024}}};

constexpr std::array<Unit, 11> second_units = {{{"", 1},
                                                {"s", 1},
                                                {"sec", 1},
                                                {"ms", 1e-3},
                                                {"m", 60},
                                                {"min", 60},
                                                {"h", 3600},
                                                {"hour", 3600},
                                                {"d", 86400},
                                                {"day", 86400},
                                                {"days", 86400}}};

struct Quantity {
  double number;
  std::string unit;
};

std::optional<Quantity> split_quantity(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
  const auto used = static_cast<std::size_t>(end - text.data());
  return Quantity{number, lowered(trimmed(text.substr(used)))};
}

template <std::size_t N>
std::optional<double> scaled(std::string_view text, const std::array<Unit, N>& units) {
  const auto quantity = split_quantity(text);
  if (!quantity) return std::nullopt;
  for (const auto& unit : units) {
    if (unit.name == quantity->unit) return quantity->number * unit.size;
  }
  return std::nullopt;
}

std::string three_digits(double x) {
  if (x >= 100 || x == 0) return fmt::format("{:.0f}", x);
  return fmt::format("{:.{}f}", x, x >= 10 ? 1 : 2);
}

}  // namespace

Interval product(const Interval& x, const Interval& y) {
  if (x.value <= 0 || y.value <= 0) return {};
  const double below = std::hypot(1 - x.low / x.value, 1 - y.low / y.value);
  const double above = std::hypot(x.high / x.value - 1, y.high / y.value - 1);
  const double value = x.value * y.value;
  return {value, value * std::max(0.0, 1 - below), value * (1 + above)};
}

Result<std::int64_t> bytes_from_text(std::string_view text) {
  const auto bytes = scaled(text, byte_units);
  if (bytes && *bytes >= 0 && *bytes <= 1e18) return std::llround(*bytes);
  return fail(ErrorKind::invalid_input, fmt::format("'{}' is not a size", text),
              "a number with B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (of 1024), as 4MB");
}

Result<BytesPerSecond> rate_from_text(std::string_view text) {
  auto amount = trimmed(text);
  if (amount.ends_with("/s")) amount.remove_suffix(2);
  const auto bytes = scaled(amount, byte_units);
  if (bytes && *bytes >= 0 && *bytes <= 1e18) return BytesPerSecond{*bytes};
  return fail(
      ErrorKind::invalid_input, fmt::format("'{}' is not a throughput", text),
      "a number with B/s, kB/s, MB/s (powers of 1000) or KiB/s, MiB/s (of 1024), as 25MB/s");
}

Result<Millis> duration_from_text(std::string_view text) {
  const auto duration = scaled(text, second_units);
  if (duration && *duration >= 0 && *duration <= 1e9) {
    return Millis{std::llround(*duration * 1000)};
  }
  return fail(ErrorKind::invalid_input, fmt::format("'{}' is not a duration", text),
              "a number with ms, s, min, h or d, as 60s");
}

namespace {

/// Takes a text apart from its front. What is not there clears ok().
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    const auto taken = rest_.substr(0, count);
    int value = 0;
    for (const char c : taken) {
      ok_ = ok_ && c >= '0' && c <= '9';
      value = 10 * value + (c - '0');
    }
    ok_ = ok_ && taken.size() == count;
    rest_.remove_prefix(taken.size());
    return ok_ ? value : 0;
  }
  bool next_is(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void sign(char c) { ok_ = next_is(c) && ok_; }
  Millis fraction() {
    int millis = 0;
    for (int scale = 100; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
         scale /= 10) {
      millis += scale * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return Millis{millis};
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Instant> midnight(TimeReader& reader) {
  const int year = reader.digits(4);
  reader.sign('-');
  const int month = reader.digits(2);
  reader.sign('-');
  const int day = reader.digits(2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!reader.ok() || year < 1970 || !date.ok()) return std::nullopt;
  return Instant{std::chrono::sys_days(date).time_since_epoch()};
}

std::optional<Millis> time_of_day(TimeReader& reader) {
  if (!reader.next_is('T')) reader.sign(' ');
  const int hour = reader.digits(2);
  reader.sign(':');
  const int minute = reader.digits(2);
  reader.sign(':');
  const int second = reader.digits(2);
  const auto fraction = reader.next_is('.') ? reader.fraction() : Millis{0};
  reader.sign('Z');
  if (!reader.ok() || !reader.at_end() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
         fraction;
}

}  // namespace

Result<Instant> instant_from_text(std::string_view text) {
  TimeReader reader(trimmed(text));
  const auto day = midnight(reader);
  const auto time = day && !reader.at_end() ? time_of_day(reader) : Millis{0};
  if (day && time) return *day + *time;
  return fail(ErrorKind::invalid_input, fmt::format("'{}' is not a time", text),
              "a time of UTC, as 2026-03-04T05:06:07Z or 2026-03-04");
}

std::string bytes_text(double bytes) {
  constexpr std::array<const char*, 6> names = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t i = 0;
  // 999.5 and more would print as 1000 of the smaller unit.
  while (bytes >= 999.5 && i + 1 < names.size()) {
    bytes /= 1024;
    ++i;
  }
  return fmt::format("{} {}", i == 0 ? fmt::format("{:.0f}", bytes) : three_digits(bytes),
                     names.at(i));
}

std::string rate_text(BytesPerSecond rate) {
  if (rate.value > 0 && rate.value < 10) return fmt::format("{:.2g} B/s", rate.value);
  return bytes_text(rate.value) + "/s";
}

std::string count_text(std::int64_t n) {
  const auto digits = std::to_string(n);
  const std::size_t first = n < 0 ? 1 : 0;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string counted_text(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string percent_text(double share, int decimals) {
  const double percent = 100 * share;
  if (percent > 0 && percent < 1) return fmt::format("{:.2g}", percent);
  return fmt::format("{:.{}f}", percent, decimals);
}

std::string number_text(double x) { return fmt::format("{}", x); }

double nine_digits(double x) {
  if (x == std::floor(x) || !std::isfinite(x)) return x;
  const double scale = std::pow(10.0, 9 - std::ceil(std::log10(std::abs(x))));
  return std::round(x * scale) / scale;
}

}  // namespace partwise
