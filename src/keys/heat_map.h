// The heaviest keys' records over time, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/kept_key.h"
#include "keys/slot_index.h"
#include "keys/space_saving.h"

namespace partwise::keys {

/// A key's records in each step of the map, from the record on with which it entered: those read
/// before are not in it.
struct HeatRow {
  KeptKey key;
  std::int64_t entered_ms = -1;  ///< time of the record it entered with; -1 before the first
  std::vector<std::int64_t> records;
  [[nodiscard]] std::int64_t counted() const;
};

/// Time in equal steps, at most 96, whose length doubles when the records' times need it: a power
/// of two of seconds, and steps begin at its multiples since 1970. A single record with a time far
/// from the others makes all steps long.
///
/// threads: one at a time; memory: memory_for()
class HeatMap {
 public:
  static constexpr std::size_t steps_max = 96;
  static constexpr std::size_t rows_max = 4096;

  /// Rows for so many keys at once.
  explicit HeatMap(std::size_t rows);

  /// Counts a record; a time below 0 is none. `hash` is key_hash(key).
  void add(std::string_view key, std::uint64_t hash, std::int64_t timestamp_ms);
  /// Of a record without a key: only in totals().
  void add_without_key(std::int64_t timestamp_ms) { (void)step_of(timestamp_ms); }

  /// Sets whose rows there are. `heaviest` first: the first half gets rows where they have none,
  /// the others keep theirs, and all other rows go. So a key at the border does not come and go.
  void track(std::span<const HeavyKey> heaviest);

  /// As if it had seen what `other` saw. Where there are too many rows, those with most records
  /// stay.
  void merge(const HeatMap& other);

  [[nodiscard]] std::int64_t step_ms() const { return std::int64_t{1'000} << doublings_; }
  [[nodiscard]] std::int64_t first_step_ms() const { return first_ * step_ms(); }
  /// Of all records, in each step from the first with a record to the last.
  [[nodiscard]] std::span<const std::int64_t> totals() const { return totals_; }
  [[nodiscard]] std::int64_t without_time() const { return without_time_; }
  /// In no order.
  [[nodiscard]] std::span<const HeatRow> rows() const { return rows_; }

  [[nodiscard]] std::size_t memory_bytes() const;
  static std::size_t memory_for(std::size_t rows);

  [[nodiscard]] std::string to_bytes() const;
  /// errors: corrupt
  static Result<HeatMap> from_bytes(std::string_view bytes);

 private:
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t step_of(std::int64_t timestamp_ms);
  void cover(std::int64_t first, std::int64_t last);
  void double_steps();
  [[nodiscard]] std::uint32_t find(const KeptKey& key) const;
  void add_row(HeatRow row);
  void index_rows();

  std::size_t rows_most_;
  int doublings_ = 0;
  std::int64_t first_ = 0;  // the first step's number since 1970
  std::vector<std::int64_t> totals_;
  std::int64_t without_time_ = 0;
  std::vector<HeatRow> rows_;
  SlotIndex index_;
  // The step of the last record, since the next one is mostly in the same.
  std::int64_t last_from_ms_ = 0;
  std::size_t last_step_ = none;
};

}  // namespace partwise::keys
