// Better keys: which fields of JSON values would spread a topic's records well and keep their
// order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace partwise::keys {

struct KeyedValue {
  std::optional<std::string_view> key;
  std::string_view value;
};

/// What a field, or a pair of fields, would be worth as a key, by a sample of records. A field of
/// an object within the value is named by its path, "customer.id"; lists are not looked into.
struct FieldScore {
  std::vector<std::string> fields;  ///< one or two; none: the key that the records have
  double coverage = 0;              ///< share of the records that have it, and not as null
  std::int64_t distinct = 0;        ///< values in the sample
  double distinct_at_least = 0;     ///< where the sample is from: Chao's estimate, a lower one
  double cv_percent = 0;            ///< of the records per partition, placed by murmur2
  double cv_percent_by_chance = 0;  ///< that a perfect hash would have with these values
  double max_over_mean = 0;
  /// Share of the records that have their key's most frequent value, among keys with several
  /// records: with 1, whatever is in order by the key stays so. Nothing where no key comes twice.
  std::optional<double> stability;
  /// The same with key and value changed about: of values with several records, the share that has
  /// the value's most frequent key. With 1, each value is within one key: it would be a finer one.
  /// What keeps a key's order is never more even than the key itself, but for luck.
  std::optional<double> within_key;
  /// Other records of the draw with the same value that a record of it has, on the average: 0 of an
  /// event's own number, which keeps nothing in order.
  double others_alike = 0;
  /// coverage * stability / max_over_mean: 1 is perfect. A stability that is not known counts as 1.
  double score = 0;
};

struct FieldRank {
  std::int64_t records = 0;        ///< that are JSON objects
  std::int64_t others = 0;         ///< that are not, or have more than 64 KiB
  std::int64_t repeated_keys = 0;  ///< keys with several records here, by which stability is known
  std::vector<FieldScore> scores;  ///< best first
};

/// At most 100 fields are looked at, four objects deep, and the pairs of the 12 best that at least
/// half of the records have. Values longer than 256 bytes are no keys, nor are fields whose path
/// is.
///
/// `records` are a fair draw of the topic's records. Of many keys few come twice in it: so
/// `of_same_keys` are records of keys that were drawn, each with all of its records; they count for
/// stability alone, and may be none. A key that is among them has no more records in `records` than
/// there: for its stability those do not count again. `partitions` must be positive.
///
/// cost: parses each value once; some megabytes for 10,000 records
FieldRank field_rank(std::span<const KeyedValue> records, std::span<const KeyedValue> of_same_keys,
                     int partitions);

}  // namespace partwise::keys
