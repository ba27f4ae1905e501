#include "fleet/demand.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fleet/mix.h"

namespace partwise::fleet {
namespace {

constexpr int day_minutes = 24 * 60;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = day_minutes * minute_ms;
constexpr std::int64_t week_ms = 7 * day_ms;
constexpr double day_s = 86'400;

double seconds_of(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

const std::array<double, day_minutes>& sines_of_day() {
  static const auto sines = [] {
    std::array<double, day_minutes> values{};
    for (std::size_t m = 0; m < values.size(); ++m) {
      values[m] = std::sin(2 * std::numbers::pi * static_cast<double>(m) / day_minutes);
    }
    return values;
  }();
  return sines;
}

// Seconds at the mean rate that bring as many records as the day's first `minute` minutes.
double day_progress(const Diurnal& shape, std::int64_t minute) {
  const auto& sines = sines_of_day();
  const auto peak = std::llround(shape.peak_hour * 60) % day_minutes;
  const auto since_midnight = static_cast<std::size_t>((minute - peak + day_minutes) % day_minutes);
  const auto at_midnight = static_cast<std::size_t>((day_minutes - peak) % day_minutes);
  const double swing = day_s / (2 * std::numbers::pi) * shape.amplitude;
  return 60 * static_cast<double>(minute) + swing * (sines[since_midnight] - sines[at_midnight]);
}

double diurnal_total(const Diurnal& shape, std::int64_t since_midnight) {
  const auto days = since_midnight / day_ms;
  const auto in_day = since_midnight % day_ms;
  const auto minute = in_day / minute_ms;
  double progress = day_progress(shape, minute);
  if (const auto ms = in_day % minute_ms; ms > 0) {
    const double next = day_progress(shape, minute + 1);
    progress = std::min(
        next, progress + (next - progress) * (static_cast<double>(ms) / double{minute_ms}));
  }
  // Whole days and the present one are rounded apart: no more than the next midnight has.
  const double daily = shape.rate * day_s;
  return std::min(static_cast<double>(days) * daily + shape.rate * progress,
                  static_cast<double>(days + 1) * daily);
}

// From Monday, 29 December 1969 on.
std::int64_t weekday_ms_before(std::int64_t since_epoch) {
  const auto since_monday = since_epoch + 3 * day_ms;
  return since_monday / week_ms * 5 * day_ms + std::min(since_monday % week_ms, 5 * day_ms);
}

double trend_total(const Trend& shape, std::int64_t x) {
  const auto over = shape.over.count();
  const double within = seconds_of(std::min(x, over));
  const double whole = seconds_of(over);
  const double afterwards = seconds_of(std::max<std::int64_t>(0, x - over));
  // The base rate and a triangle on it, which rises or falls.
  const double base = std::min(shape.from, shape.to);
  const double extra = std::abs(shape.to - shape.from);
  const double left = seconds_of(over - std::min(x, over));
  const double triangle = shape.to >= shape.from ? within * within / (2 * whole)
                                                 : whole / 2 - left * left / (2 * whole);
  return base * within + extra * triangle + shape.to * afterwards;
}

// Time spent in the first `lasts` of each `every`.
std::int64_t active_ms(std::int64_t x, std::int64_t lasts, std::int64_t every) {
  if (x <= 0) return 0;
  if (every == 0) return std::min(x, lasts);
  return x / every * lasts + std::min(x % every, lasts);
}

double on_off_total(const OnOff& shape, std::int64_t x) {
  const auto on = shape.on.count();
  const auto period = on + shape.off.count();
  const auto phase = shape.phase.count() % period;
  return shape.rate * seconds_of(active_ms(x + phase, on, period) - active_ms(phase, on, period));
}

}  // namespace

std::int64_t minute_of(Instant t) {
  return std::chrono::floor<std::chrono::minutes>(t).time_since_epoch().count();
}

double DemandSlot::total(Instant t) const {
  if (t <= begin) return before;
  if (t >= end) return after;
  const double passed = static_cast<double>((t - begin).count());
  const double length = static_cast<double>((end - begin).count());
  return std::min(before + (after - before) * (passed / length), after);
}

Demand::Demand(std::span<const DemandComponent> components, double noise, std::uint64_t seed,
               Instant start)
    : start_(start), noise_(noise), seed_(seed) {
  for (const auto& component : components) {
    Part part{component.shape, component.from, component.until.value_or(Millis::max()), 0};
    part.at_from = closed_form(part.shape, part.from);
    parts_.push_back(part);
  }
}

double Demand::closed_form(const DemandShape& shape, Millis since_start) const {
  const auto x = since_start.count();
  const auto start = start_.time_since_epoch().count();
  return std::visit(
      Overloaded{[&](const Flat& s) { return s.rate * seconds_of(x); },
                 [&](const Diurnal& s) { return diurnal_total(s, start % day_ms + x); },
                 [&](const Weekly& s) {
                   const auto weekdays = weekday_ms_before(start + x) - weekday_ms_before(start);
                   return s.rate * seconds_of(weekdays) +
                          s.rate * s.weekend_factor * seconds_of(x - weekdays);
                 },
                 [&](const Trend& s) { return trend_total(s, x); },
                 [&](const Burst& s) {
                   return s.rate *
                          seconds_of(active_ms(x - s.at.count(), s.lasts.count(), s.every.count()));
                 },
                 [&](const OnOff& s) { return on_off_total(s, x); }},
      shape);
}

double Demand::smooth_total(std::int64_t minute) const {
  const Millis since_start = Instant{Millis{minute * minute_ms}} - start_;
  double sum = 0;
  for (const auto& part : parts_) {
    if (since_start <= part.from) continue;
    sum += closed_form(part.shape, std::min(since_start, part.until)) - part.at_from;
  }
  return sum;
}

DemandSlot Demand::slot_of(Instant t) const { return DemandWalk(*this).slot(minute_of(t)); }

double DemandWalk::smooth_total(std::int64_t minute) {
  const auto i = static_cast<std::size_t>(minute & 3);
  if (minutes_[i] != minute) {
    minutes_[i] = minute;
    smooth_[i] = demand_->smooth_total(minute);
  }
  return smooth_[i];
}

double DemandWalk::total_at(std::int64_t minute) {
  const double total = smooth_total(minute);
  if (demand_->noise_ == 0) return total;
  const double room = std::min(total - smooth_total(minute - 1), smooth_total(minute + 1) - total);
  if (room <= 0) return total;
  const double moved =
      2 * unit_interval(mixed(demand_->seed_, static_cast<std::uint64_t>(minute))) - 1;
  return total + moved * (demand_->noise_ / 2) * room;
}

DemandSlot DemandWalk::slot(std::int64_t minute) {
  const Instant begin{Millis{minute * minute_ms}};
  const Instant end = begin + Millis{minute_ms};
  if (end <= demand_->start_) return {begin, end, 0, 0};
  return {std::max(begin, demand_->start_), end, total_at(minute), total_at(minute + 1)};
}

double DemandWalk::total(Instant t) {
  if (t < slot_.begin || t >= slot_.end) slot_ = slot(minute_of(t));
  return slot_.total(t);
}

}  // namespace partwise::fleet
