#include "base/clock.h"

#include <array>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace partwise {
namespace {

std::time_t epoch_seconds(Instant t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

}  // namespace

std::string utc_text(Instant t) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(epoch_seconds(t)));
}

std::string local_minute_text(Instant t) {
  return fmt::format("{:%a %e %b %H:%M}", fmt::localtime(epoch_seconds(t)));
}

std::string duration_text(Millis d) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> units = {
      {{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
  auto left = std::chrono::round<std::chrono::seconds>(d).count();
  std::string text;
  int shown = 0;
  for (const auto& [size, name] : units) {
    const auto whole = left / size;
    left -= whole * size;
    if (whole == 0) {
      // "1 d 5 min" would hide how coarse the rest is: stop at the first gap.
      if (shown > 0) break;
      continue;
    }
    text += fmt::format("{}{} {}", shown > 0 ? " " : "", whole, name);
    if (++shown == 2) break;
  }
  return text.empty() ? "0 s" : text;
}

}  // namespace partwise
