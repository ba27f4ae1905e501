// Where the records of a set of keys go, by each strategy.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/progress.h"
#include "keys/chance.h"
#include "keys/key_set.h"
#include "keys/load.h"
#include "keys/strategy.h"

namespace partwise::keys {

struct PlacementRules {
  int partitions = 1;
  std::int64_t value_bytes = 100;    ///< of each record, beside its key
  int salt_ways = 8;                 ///< salted: numbers behind a hot key
  std::int64_t batch_records = 100;  ///< sticky_batches: as the existing analyser
  std::int64_t batch_bytes = 16384;  ///< sticky_bytes: the Java client's batch.size
  std::uint64_t seed = 1;            ///< of the sticky ones' random partitions
  /// Records without a key are placed as if theirs were empty, by every hash: librdkafka's
  /// "consistent", "murmur2" and "fnv1a". Else they stick to partitions for a while, as with the
  /// "_random" ones, for which CRC-32 also takes an empty key for none.
  bool places_all = false;
};

struct Placement {
  Strategy strategy = Strategy::murmur2;
  Load load;
  /// What the keys weigh in records, as the strategy sees them, and where it put those records: all
  /// but those that have no key.
  KeyWeights weights;
  std::vector<std::int64_t> keyed_records;
  /// Where the keys stand for more: `load` is that of all of them, the two above are of the set.
  Sampling sampling;
  /// The same without the hot keys, where it is known on which partition those are.
  std::optional<KeyWeights> other_weights;
  std::vector<std::int64_t> other_records;
  std::int64_t hot_keys = 0;  ///< see hot_records
  /// Of the strategies that look at no key: how often they chose a partition.
  std::int64_t choices = 0;
};

/// A key is hot where it has more than a fifth of a partition's mean, and more than five times the
/// mean of a key: one of few equal keys is not.
///
/// source: the first bound: M. A. U. Nasir et al., "When two choices are not enough", 2016
std::int64_t hot_records(const KeySet& keys, int partitions);

struct Placements {
  std::vector<Placement> each;
  KeyWeights weights;  ///< of all keys, in records
};

/// So many kinds of keys, times partitions, are counted apart.
inline constexpr std::int64_t group_counts_max = 200'000;

/// A placement for each strategy, in their order; none where it was stopped. Kinds of keys are
/// counted apart up to group_counts_max.
///
/// cost: one pass over the keys, one over the records where a strategy looks at no key
std::optional<Placements> placements(const KeySet& keys, std::span<const Strategy> strategies,
                                     const PlacementRules& rules, const std::stop_token& stop,
                                     const ToldPercent& told = {});

}  // namespace partwise::keys
