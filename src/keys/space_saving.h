// The heaviest keys in bounded memory, with guaranteed bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/kept_key.h"
#include "keys/slot_index.h"

namespace partwise::keys {

/// A key and the limits of what it weighs: between count - error and count.
struct HeavyKey {
  KeptKey key;
  std::int64_t count = 0;
  std::int64_t error = 0;
  [[nodiscard]] std::int64_t at_least() const { return count - error; }
};

/// Space-Saving with weights: at least the `capacity` heaviest keys have a counter; a key that gets
/// one goes on from floor(), which becomes its error. As many keys again come and go: when all
/// that room is taken, the lightest go together, and the heaviest of them is the new floor. (The
/// algorithm's own form, which lets the lightest go for each new key, costs three times as much
/// where most keys are new.) What holds for any order of the records:
///
///   a key's weight is in [count - error, count]
///   a key that is not listed weighs floor() at most
///   floor() <= total() / capacity, also after merging
///
/// The last because capacity * floor + the sum of all (count - floor) never exceeds the total: a
/// record adds its weight to both sides; when the floor rises by v, at least `capacity` keys that
/// stay and one that goes lose v each; merged summaries add up.
///
/// source: A. Metwally et al., "Efficient computation of frequent and top-k elements in data
/// streams", 2005; merging, and that it is Misra and Gries' summary seen from its floor:
/// P. K. Agarwal et al., "Mergeable summaries", 2012
///
/// threads: one at a time; cost: a record takes constant time, on average; memory: memory_for()
class SpaceSaving {
 public:
  static constexpr std::size_t capacity_max = 1 << 16;

  /// At least one counter.
  explicit SpaceSaving(std::size_t capacity);

  /// `hash` is key_hash(key); a weight of 0 changes nothing, one below 0 must not be.
  void add(std::string_view key, std::uint64_t hash, std::int64_t weight);
  /// As if it had seen what `other` saw, too: the bounds hold for all of it.
  void merge(const SpaceSaving& other);

  /// Most of what a key that has no counter can weigh.
  [[nodiscard]] std::int64_t floor() const { return floor_; }
  /// Of all records.
  [[nodiscard]] std::int64_t total() const { return total_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// Keys that have a counter.
  [[nodiscard]] std::size_t size() const { return counters_.size() - free_.size(); }
  /// The `count` keys with the highest counts, highest first.
  [[nodiscard]] std::vector<HeavyKey> heaviest(std::size_t count) const;
  /// The limits of any key: of one without a counter, 0 to floor().
  [[nodiscard]] HeavyKey limits_of(const KeptKey& key) const;

  [[nodiscard]] std::size_t memory_bytes() const;
  /// The most that so many counters can take, with keys as long as they may be.
  static std::size_t memory_for(std::size_t capacity);

  [[nodiscard]] std::string to_bytes() const;
  /// errors: corrupt
  static Result<SpaceSaving> from_bytes(std::string_view bytes);

 private:
  // What each record looks at lies close together, apart from what is only told at the end.
  struct Counter {
    std::uint64_t hash = 0;
    std::int64_t count = 0;  // 0: free
  };
  struct Entry {
    KeptKey key;
    std::int64_t error = 0;
  };
  static constexpr std::size_t room_for(std::size_t capacity) { return 2 * capacity; }
  [[nodiscard]] std::uint32_t find(const KeptKey& key) const;
  [[nodiscard]] HeavyKey heavy(std::uint32_t number) const;
  void take(HeavyKey key);
  [[nodiscard]] std::uint32_t free_entry();
  void let_lightest_go();

  std::size_t capacity_;
  std::int64_t total_ = 0;
  std::int64_t floor_ = 0;
  std::vector<Counter> counters_;
  std::vector<Entry> entries_;        // of the same numbers
  std::vector<std::uint32_t> free_;   // entries that others may take
  std::vector<std::int64_t> counts_;  // room to find the floor in
  SlotIndex index_;
};

}  // namespace partwise::keys
