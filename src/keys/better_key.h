// Whether a field of the values would be a better key than the one that the records have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keys/field_rank.h"
#include "keys/json_draw.h"

namespace partwise::keys {

struct BetterKey {
  int partitions = 0;
  double fraction = 1;             ///< of the records that were read: those that were drawn
  std::int64_t records = 0;        ///< drawn ones whose value is a JSON object
  std::int64_t not_json = 0;       ///< drawn ones whose value is none, or longer than 64 KiB
  std::int64_t repeated_keys = 0;  ///< keys by which stability is known
  /// Best first: the best 50 fields, and pairs that are clearly better than each of their fields;
  /// beside them the present key and what is advised, wherever they are. Fields that fewer than a
  /// hundredth of the records have are left out: they may be data of a map rather than names.
  /// Their distinct_at_least is of the records that were read.
  std::vector<FieldScore> scores;
  std::vector<std::string> better;  ///< the fields of the advice; none: the key may stay
  std::string advice;               ///< a sentence

  /// Null where no record has a key.
  [[nodiscard]] const FieldScore* present() const;
  /// Other records that a record has with the same value, on the average, of those that were read.
  [[nodiscard]] double others_alike(const FieldScore& score) const;
};

/// Nothing where no drawn value is a JSON object.
///
/// A field is advised instead of the present key where it spreads the records better by a tenth,
/// and by more than luck with the hash, which ends with the next count of partitions: as evenly as
/// twice as many equal keys, or a tenth more of the records. It must keep the present key's order
/// (stability 0.99); or else be finer: each value within one key, and with records to keep in
/// order, one more for each at least.
///
/// cost: as field_rank
std::optional<BetterKey> better_key(const JsonDraw& draw, int partitions);

}  // namespace partwise::keys
