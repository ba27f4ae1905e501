// Distinct keys with their records, held in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/key_set.h"
#include "keys/slot_index.h"

namespace partwise::keys {

/// Up to 2^31 keys; about 50 bytes each beside the key, 70 while it grows.
///
/// threads: any, once it is filled
class CountedKeys final : public KeySet {
 public:
  /// A record without a key, in order().
  static constexpr std::uint32_t no_key = 0xffffffff;

  explicit CountedKeys(std::vector<std::string> groups = {}) : groups_(std::move(groups)) {}

  /// Its number. A key that is there already gets more records, and keeps its group.
  std::uint32_t add(std::string_view key, std::int64_t records, std::uint32_t group = 0);
  void add_null(std::int64_t records) { null_records_ += records; }
  /// In which order records come: those numbers again and again.
  void set_order(std::vector<std::uint32_t> order) { order_ = std::move(order); }
  void set_sampling(const Sampling& sampling) { sampling_ = sampling; }
  /// So many records in all, each key with its share of them, rounded so that the total is exact;
  /// keys that get none are no longer there. Afterwards no order is known.
  [[nodiscard]] std::unique_ptr<CountedKeys> scaled_to(std::int64_t records) const;
  /// The same by other weights, one for each key by its number, and one for records without a key.
  [[nodiscard]] std::unique_ptr<CountedKeys> shared_out(std::int64_t records,
                                                        std::span<const double> weights,
                                                        double null_weight) const;

  [[nodiscard]] std::int64_t keys() const override { return std::ssize(records_); }
  [[nodiscard]] std::int64_t keyed_records() const override { return keyed_records_; }
  [[nodiscard]] std::int64_t null_records() const override { return null_records_; }
  [[nodiscard]] std::int64_t empty_key_records() const override;
  [[nodiscard]] std::int64_t key_bytes() const override { return key_bytes_; }
  [[nodiscard]] std::span<const std::string> groups() const override { return groups_; }
  [[nodiscard]] Sampling sampling() const override { return sampling_; }
  bool visit(const TakeKeys& take) const override;
  bool visit_records(const TakeRecords& take) const override;
  void mix() override;
  [[nodiscard]] bool has_order() const override { return !order_.empty(); }
  [[nodiscard]] std::optional<std::string_view> key_of(std::int64_t record,
                                                       std::string& room) const override;
  [[nodiscard]] std::vector<CountedKey> heavy(std::int64_t least, std::size_t most) const override;
  [[nodiscard]] Load by_range(int partitions) const override;

  [[nodiscard]] std::string_view key(std::size_t i) const {
    return {bytes_.data() + starts_[i], lengths_[i]};
  }

 private:
  [[nodiscard]] std::uint32_t find(std::string_view key, std::uint64_t hash) const;
  bool visit_in_order(const TakeRecords& take) const;
  bool visit_mean(const TakeRecords& take) const;

  std::vector<std::string> groups_;
  std::vector<char> bytes_ =
      std::vector<char>(KeyBlock::readable_beyond);  // of all keys, and what may be read beyond
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> lengths_;
  std::vector<std::int64_t> records_;
  std::vector<std::uint32_t> group_of_;
  std::vector<std::uint32_t> order_;
  SlotIndex index_{0};
  Sampling sampling_;
  std::int64_t keyed_records_ = 0;
  std::int64_t null_records_ = 0;
  std::int64_t key_bytes_ = 0;
};

}  // namespace partwise::keys
