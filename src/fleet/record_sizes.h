// How many bytes each record of a partition has, so that sums over any stretch are exact and cheap.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "fleet/topic_spec.h"

namespace partwise::fleet {

/// Records of a partition are taken in blocks of this many; a block holds each quantile
/// (i + 0.5) / 1024 of the distribution once, in an order of its own.
inline constexpr int block_records = 1024;
/// Steps in which sizes drift over the fleet's history.
inline constexpr int drift_levels = 32;

/// The quantiles of a distribution of record sizes at each level of its drift.
///
/// threads: any
class SizeTable {
 public:
  /// errors: invalid_input: a size, spread or share out of range
  static Result<SizeTable> from(const SizeSpec& spec);

  /// 1, or drift_levels.
  [[nodiscard]] int levels() const { return static_cast<int>(block_bytes_.size()); }

  /// Bytes of the record that has quantile `i` of 1024.
  [[nodiscard]] std::int64_t bytes(int level, int i) const {
    const auto q = static_cast<std::size_t>(i) & mask_;
    // Not std::lrint, which is a call: sums add a thousand of these.
    return static_cast<std::int64_t>(quantiles_[q] * factors_[static_cast<std::size_t>(level)] +
                                     half);
  }
  [[nodiscard]] std::int64_t block_bytes(int level) const {
    return block_bytes_[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] std::int64_t smallest() const;
  [[nodiscard]] std::int64_t largest() const;
  /// Over the levels, each for as long as the others.
  [[nodiscard]] double mean() const;
  /// Of the level with the largest.
  [[nodiscard]] double largest_mean() const;
  /// By how much the largest `m` of a block's sizes can exceed m mean ones, for the worst m.
  [[nodiscard]] double most_above_mean(int level) const;

 private:
  static constexpr double half = 0.5;
  std::vector<double> quantiles_;  // ascending; one, or block_records
  std::size_t mask_ = 0;           // of their numbers
  std::vector<double> factors_;    // by level
  std::vector<std::int64_t> block_bytes_;
};

/// Which quantile each record of a block has: one of 16 fixed shuffles, entered at any place.
class BlockOrder {
 public:
  /// For 64 random bits.
  explicit BlockOrder(std::uint64_t random);

  [[nodiscard]] int quantile(int record) const {
    return shuffle_[static_cast<std::size_t>(record + first_) & (block_records - 1)];
  }
  [[nodiscard]] int shuffle() const { return number_; }
  [[nodiscard]] int first() const { return first_; }

  static constexpr int shuffles = 16;

 private:
  int number_;
  int first_;
  std::span<const std::uint16_t, block_records> shuffle_;
};

/// Sums over the first records of any block, so that they need not be added up one by one.
///
/// memory: 128 KiB a level
class SizePrefixes {
 public:
  explicit SizePrefixes(const SizeTable& table);

 private:
  friend class SizeWalk;
  using Row = std::array<std::int64_t, block_records>;  // sums by number of records
  [[nodiscard]] const Row& row(int level, const BlockOrder& order) const;
  std::vector<Row> rows_;  // by level and shuffle
};

/// The records of one partition. The table must outlive it.
class PartitionSizes {
 public:
  /// Level l begins with the first block whose first record's offset is at or after
  /// `level_starts[l - 1]`; there are table.levels() - 1 of them, ascending.
  PartitionSizes(const SizeTable& table, std::span<const std::int64_t> level_starts,
                 std::uint64_t seed);

  [[nodiscard]] std::int64_t bytes(std::int64_t offset) const;

  /// Of all records below `offset`.
  [[nodiscard]] std::int64_t bytes_before(std::int64_t offset) const;

 private:
  friend class SizeWalk;
  [[nodiscard]] std::int64_t whole_blocks_bytes(std::int64_t blocks) const;
  [[nodiscard]] int level_of(std::int64_t block) const;
  [[nodiscard]] BlockOrder order_of(std::int64_t block) const;

  const SizeTable* table_;
  std::uint64_t seed_;
  std::array<std::int64_t, drift_levels - 1> first_blocks_ = {};  // of the levels from 1 on
};

/// bytes_before of one offset after another, sooner.
///
/// threads: one at a time; the table and the prefixes, which are the table's, must outlive it
class SizeWalk {
 public:
  SizeWalk(const PartitionSizes& sizes, const SizePrefixes& prefixes)
      : sizes_(sizes), prefixes_(&prefixes) {
    go_to(0);
  }

  /// Cheapest where successive offsets are in the same block.
  [[nodiscard]] std::int64_t bytes_before(std::int64_t offset) {
    const auto block = offset / block_records;
    if (block != block_) go_to(block);
    const auto end = static_cast<std::size_t>(first_ + offset % block_records);
    return end < block_records ? before_ + (*row_)[end]
                               : before_wrapped_ + (*row_)[end - block_records];
  }

 private:
  void go_to(std::int64_t block);

  PartitionSizes sizes_;
  const SizePrefixes* prefixes_;
  std::int64_t block_ = -1;
  std::int64_t first_ = 0;  // where the block enters its shuffle
  const SizePrefixes::Row* row_ = nullptr;
  std::int64_t before_ = 0;          // to be added to the row's sums
  std::int64_t before_wrapped_ = 0;  // behind the shuffle's end
};

}  // namespace partwise::fleet
