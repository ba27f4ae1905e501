// What a component of demand may be.
#include <algorithm>

#include <fmt/format.h>

#include "base/units.h"
#include "fleet/demand.h"

namespace partwise::fleet {
namespace {

Result<> within(const char* field, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorKind::invalid_input, fmt::format("{} is {}", field, number_text(value)),
              fmt::format("{} is {} to {}", field, number_text(least), number_text(most)));
}

Result<> span_of_time(const char* field, Millis value, Millis least) {
  constexpr Millis most = std::chrono::hours(24 * 365 * 100);
  if (value >= least && value <= most) return {};
  return fail(ErrorKind::invalid_input, fmt::format("{} is {} ms", field, value.count()),
              fmt::format("{} is {} ms to 36500 d", field, least.count()));
}

struct ShapeCheck {
  Result<> operator()(const Flat& s) const { return within("rate", s.rate, 0, rate_max); }
  Result<> operator()(const Diurnal& s) const {
    TRY(within("rate", s.rate, 0, rate_max));
    TRY(within("amplitude", s.amplitude, 0, 1));
    return within("peak_hour", s.peak_hour, 0, 24);
  }
  Result<> operator()(const Weekly& s) const {
    TRY(within("rate", s.rate, 0, rate_max));
    return within("weekend_factor", s.weekend_factor, 0, 1000);
  }
  Result<> operator()(const Trend& s) const {
    TRY(within("from_rate", s.from, 0, rate_max));
    TRY(within("to_rate", s.to, 0, rate_max));
    return span_of_time("over", s.over, std::chrono::minutes(1));
  }
  Result<> operator()(const Burst& s) const {
    TRY(within("rate", s.rate, 0, rate_max));
    TRY(span_of_time("at", s.at, Millis{0}));
    TRY(span_of_time("lasts", s.lasts, Millis{1}));
    if (s.every == Millis{0}) return {};
    return span_of_time("every", s.every, s.lasts);
  }
  Result<> operator()(const OnOff& s) const {
    TRY(within("rate", s.rate, 0, rate_max));
    TRY(span_of_time("on", s.on, Millis{1}));
    TRY(span_of_time("off", s.off, Millis{0}));
    return span_of_time("phase", s.phase, Millis{0});
  }
};

struct HighestRate {
  double operator()(const Diurnal& s) const { return s.rate * (1 + s.amplitude); }
  double operator()(const Weekly& s) const { return s.rate * std::max(1.0, s.weekend_factor); }
  double operator()(const Trend& s) const { return std::max(s.from, s.to); }
  double operator()(const auto& s) const { return s.rate; }
};

}  // namespace

double highest_rate(const DemandComponent& component) {
  return std::visit(HighestRate{}, component.shape);
}

Result<> check(const DemandComponent& component) {
  TRY(std::visit(ShapeCheck{}, component.shape));
  TRY(span_of_time("from", component.from, Millis{0}));
  if (!component.until) return {};
  return span_of_time("until", *component.until, component.from);
}

}  // namespace partwise::fleet
