// Where simulated and recorded keys come from: the distinct keys of a topic, and its records in
// order.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/key_block.h"
#include "keys/load.h"
#include "keys/sampling.h"

namespace partwise::keys {

/// Records one after another, as a client sends them.
struct RecordBlock {
  std::span<const std::uint32_t> key_bytes;  ///< of each record's key
  std::span<const std::uint32_t> groups;     ///< of each record, as KeyBlock's; empty: unknown
};

/// Keys, each once, with how many records have it. They come in the same order each time.
///
/// threads: any
class KeySet {
 public:
  KeySet() = default;
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;
  virtual ~KeySet() = default;

  [[nodiscard]] virtual std::int64_t keys() const = 0;
  /// Those with a key, of 0 bytes or more.
  [[nodiscard]] virtual std::int64_t keyed_records() const = 0;
  [[nodiscard]] virtual std::int64_t null_records() const { return 0; }
  [[nodiscard]] virtual std::int64_t empty_key_records() const { return 0; }
  /// Of the keys of all records together.
  [[nodiscard]] virtual std::int64_t key_bytes() const = 0;
  /// Whether some of the keys stand for others, too.
  [[nodiscard]] virtual Sampling sampling() const { return {}; }
  /// Names of what KeyBlock::groups counts: the patterns that keys are made of. May be empty.
  [[nodiscard]] virtual std::span<const std::string> groups() const = 0;

  [[nodiscard]] std::int64_t records() const { return keyed_records() + null_records(); }

  using TakeKeys = std::function<bool(const KeyBlock&)>;
  /// All keys, in blocks that are valid during the call. False where `take` has stopped it by
  /// false.
  virtual bool visit(const TakeKeys& take) const = 0;

  using TakeRecords = std::function<bool(const RecordBlock&)>;
  /// All records, those without a key too, in their order; where none is known, records of the mean
  /// size. False where `take` has stopped it by false.
  virtual bool visit_records(const TakeRecords& take) const = 0;

  /// Where no order is known: one in which the records of each key lie evenly among the others.
  ///
  /// cost: sorts the records
  virtual void mix() {}
  /// Whether it is known which record has which key.
  [[nodiscard]] virtual bool has_order() const = 0;
  /// The key of a record, 0 .. records()-1, which needs an order; none where it has none. Valid as
  /// long as `room` is not changed, which it may be in.
  [[nodiscard]] virtual std::optional<std::string_view> key_of(std::int64_t record,
                                                               std::string& room) const = 0;

  /// The keys with at least `least` records, those with most first, at most `most` of them; none
  /// that stands for others.
  [[nodiscard]] virtual std::vector<CountedKey> heavy(std::int64_t least,
                                                      std::size_t most) const = 0;

  /// What lies on each partition where the keys, in the order of their bytes, are cut into chunks
  /// of K / P + 1 keys (a whole number): the existing analyser's "range". Records without a key are
  /// left out.
  [[nodiscard]] virtual Load by_range(int partitions) const = 0;
};

}  // namespace partwise::keys
