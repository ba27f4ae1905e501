// How even the same keys are on other numbers of partitions, and what a change would move.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "keys/chance.h"
#include "keys/key_set.h"
#include "keys/strategy.h"

namespace partwise::keys {

struct SweepRules {
  std::vector<int> partitions;
  std::optional<int> current;  ///< the count that keys are moved from
  double target_cv_percent = 20;
  int salt_ways = 8;
};

struct SweepPoint {
  int partitions = 1;
  double cv_percent = 0;
  double cv_percent_by_chance = 0;
  double max_over_mean = 1;
  /// Of the keys, and of the records, those that are on another partition than by the current
  /// count; none without one, and where a key has several.
  std::optional<double> moved_keys_percent;
  std::optional<double> moved_records_percent;
};

/// Whether it is even enough. One partition is no answer.
bool is_within(const SweepPoint& point, const SweepRules& rules);

struct StrategySweep {
  Strategy strategy = Strategy::murmur2;
  std::vector<SweepPoint> points;      ///< in the order of the rules
  std::optional<int> smallest_within;  ///< the counts above 1 whose variation is below the target
  std::optional<int> largest_within;
};

struct Sweeps {
  std::vector<StrategySweep> each;
  KeyWeights weights;  ///< of all keys, in records
};

inline constexpr std::int64_t sweep_keys_max = 20'000'000;

/// Of the records that have a key; for strategies that look at one, the others are left out.
/// Nothing where it was stopped.
///
/// errors: limit: more keys than can be held
/// cost: one pass over the keys, and one for each count over four bytes a key and strategy
Result<Sweeps> sweep(const KeySet& keys, std::span<const Strategy> strategies,
                     const SweepRules& rules, const std::stop_token& stop,
                     const ToldPercent& told = {});

}  // namespace partwise::keys
