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

/// Space-Saving with weights: `capacity` counters; a key without one takes that of the lightest and
/// goes on from its count, which becomes its error. What holds for any order of the records:
///
///   a key's weight is in [count - error, count]
///   a key that is not listed weighs floor() at most
///   floor() <= total() / capacity, also after merging
///
/// source: A. Metwally et al., "Efficient computation of frequent and top-k elements in data
/// streams", 2005; merging: P. K. Agarwal et al., "Mergeable summaries", 2012
///
/// threads: one at a time; cost: a record takes O(log capacity) at most; memory: memory_for()
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
  [[nodiscard]] std::int64_t floor() const;
  /// Of all records.
  [[nodiscard]] std::int64_t total() const { return total_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
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
  struct Entry {
    KeptKey key;
    std::int64_t error = 0;
  };
  struct Node {
    std::int64_t count = 0;
    std::uint32_t entry = 0;
  };
  [[nodiscard]] std::uint32_t find(const KeptKey& key) const;
  [[nodiscard]] HeavyKey listed(const Node& node) const;
  void take(HeavyKey key);
  void replace_lightest(std::string_view key, std::uint64_t hash, std::int64_t weight);
  void sift_down(std::size_t at);
  void sift_up(std::size_t at);
  void put(std::size_t at, Node node);

  std::size_t capacity_;
  std::int64_t total_ = 0;
  std::int64_t floor_ = 0;  // what keys without a counter may weigh even while some are free
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> positions_;  // of entries in the heap; apart, since they move with it
  std::vector<Node> heap_;                // four below each, the lightest first
  SlotIndex index_;
};

}  // namespace partwise::keys
