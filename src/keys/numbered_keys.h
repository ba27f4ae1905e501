// Keys that each record has of its own, made by a formula: as many as wanted, none held in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "keys/key_set.h"

namespace partwise::keys {

/// The records `first` .. `end`-1 each have a key of their own: patterns[id % n] + id. Before them
/// may come records 0 .. `first`-1 that share one key.
///
/// threads: any
class NumberedKeys final : public KeySet {
 public:
  struct Spec {
    std::vector<std::string> patterns;
    std::string shared_key;  ///< of the records before `first`
    std::int64_t first = 0;
    std::int64_t end = 0;
  };

  /// errors: invalid_input: no pattern; a pattern that goes on with a digit where another ends:
  /// both could make the same key
  static Result<std::unique_ptr<NumberedKeys>> from(const Spec& spec);

  [[nodiscard]] std::int64_t keys() const override;
  [[nodiscard]] std::int64_t keyed_records() const override { return spec_.end; }
  [[nodiscard]] std::int64_t key_bytes() const override;
  [[nodiscard]] std::span<const std::string> groups() const override { return groups_; }
  bool visit(const TakeKeys& take) const override;
  bool visit_records(const TakeRecords& take) const override;
  [[nodiscard]] bool has_order() const override { return true; }
  [[nodiscard]] std::optional<std::string_view> key_of(std::int64_t record,
                                                       std::string& room) const override;
  [[nodiscard]] std::vector<CountedKey> heavy(std::int64_t least, std::size_t most) const override;
  /// cost: a few thousand steps a partition, whatever the number of keys
  [[nodiscard]] Load by_range(int partitions) const override;

 private:
  explicit NumberedKeys(Spec spec);
  bool visit_shared(const TakeKeys& take) const;

  Spec spec_;
  std::vector<std::string> groups_;  // the patterns, and the shared key before them if there is one
  std::uint32_t first_group_ = 0;    // of the first pattern
};

}  // namespace partwise::keys
