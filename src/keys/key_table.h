// The keys of each partition, from which records draw theirs.
#pragma once

#include <cstdint>
#include <vector>

#include "keys/key_shares.h"
#include "keys/partitioner.h"

namespace partwise::keys {

/// Where a partitioner puts a topic's keys, what share of the records each partition gets by that,
/// and a draw from a partition's keys by their relative shares.
///
/// The draw takes constant time by Walker's alias method.
/// source: M. D. Vose, "A linear algorithm for generating random numbers with a given
/// distribution", 1991
///
/// threads: any; memory: 12 bytes a key
class KeyTable {
 public:
  /// `shares` must have keys, `partitions` be positive.
  KeyTable(KeyShares shares, int partitions, Partitioner partitioner);

  [[nodiscard]] const KeyShares& shares() const { return shares_; }
  [[nodiscard]] int partitions() const { return static_cast<int>(partition_shares_.size()); }
  /// Of the topic's records; they sum to 1.
  [[nodiscard]] double partition_share(int partition) const {
    return partition_shares_[static_cast<std::size_t>(partition)];
  }
  [[nodiscard]] int partition_of(std::int64_t key) const;

  /// A key of `partition`, which must have some, for 64 random bits.
  [[nodiscard]] std::int64_t drawn(int partition, std::uint64_t random) const;

  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Slot {
    std::uint32_t key;    // this one where the draw's fraction is below `below`
    std::uint32_t below;  // of 2^32
    std::uint32_t other;
  };
  void add_aliases(std::size_t first, std::size_t last, double share);

  KeyShares shares_;
  Partitioner partitioner_;
  std::vector<double> partition_shares_;
  std::vector<std::uint32_t> first_slots_;  // of each partition, and the end of the last
  std::vector<Slot> slots_;
};

}  // namespace partwise::keys
