// How many records a topic has got by a time: a closed formula, non-decreasing to the last bit.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "fleet/topic_spec.h"

namespace partwise::fleet {

/// A minute of the clock, or what the fleet's start leaves of it, with the records before both
/// ends.
struct DemandSlot {
  Instant begin;
  Instant end;
  double before = 0;
  double after = 0;

  /// Linear between the two; `t` in [begin, end].
  [[nodiscard]] double total(Instant t) const;
};

/// N(t), the records of a topic with timestamps before t, as a real number.
///
/// It is the sum of the components' closed forms at whole minutes, and linear in between. Each is
/// computed from terms that do not decrease in floating point either, so neither does N. With
/// noise, N at a minute s moves by
///
///   h(seed, s) * noise / 2 * min(N(s) - N(s - 1), N(s + 1) - N(s)),   h in [-1, 1]
///
/// so that it stays non-decreasing and sums over long times stay what they are.
///
/// threads: any
class Demand {
 public:
  Demand() = default;
  /// The components and the noise must have been checked.
  Demand(std::span<const DemandComponent> components, double noise, std::uint64_t seed,
         Instant start);

  /// 0 up to the start.
  [[nodiscard]] double total(Instant t) const { return slot_of(t).total(t); }

  /// The slot that holds `t`.
  [[nodiscard]] DemandSlot slot_of(Instant t) const;

  [[nodiscard]] Instant start() const { return start_; }

 private:
  friend class DemandWalk;
  struct Part {
    DemandShape shape;
    Millis from;
    Millis until;
    double at_from;
  };
  [[nodiscard]] double closed_form(const DemandShape& shape, Millis since_start) const;
  [[nodiscard]] double smooth_total(std::int64_t minute) const;

  Instant start_;
  double noise_ = 0;
  std::uint64_t seed_ = 0;
  std::vector<Part> parts_;
};

/// Looks at one slot after another without computing anything twice.
///
/// threads: one at a time; the demand must outlive it
class DemandWalk {
 public:
  explicit DemandWalk(const Demand& demand) : demand_(&demand) {}

  /// By the number of minutes since the epoch.
  [[nodiscard]] DemandSlot slot(std::int64_t minute);

  /// The total at `t`; cheap where the times of successive calls are near each other.
  [[nodiscard]] double total(Instant t);

  /// The total at the beginning of the minute, counted as above.
  [[nodiscard]] double total_at(std::int64_t minute);

 private:
  double smooth_total(std::int64_t minute);

  const Demand* demand_;
  DemandSlot slot_;
  std::array<std::int64_t, 4> minutes_ = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN};
  std::array<double, 4> smooth_ = {};
};

/// Minutes since the epoch, rounded down.
std::int64_t minute_of(Instant t);

/// errors: invalid_input: a rate, share or time out of range
Result<> check(const DemandComponent& component);

/// The largest rate that the component can have, records/s.
double highest_rate(const DemandComponent& component);

}  // namespace partwise::fleet
