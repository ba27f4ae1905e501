// JSON values of a scan's records, drawn in bounded memory: what could be a key is in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "keys/value_sample.h"

namespace partwise::keys {

/// The part of a value that can be a JSON object: what begins, behind white space, with a brace;
/// behind a Schema Registry's frame, too, which is a byte 0 and four of the schema's number.
std::optional<std::string_view> json_part(std::string_view value);

/// Two draws of the same records: `records`, in which each is as likely as any other, and
/// `of_same_keys`, which has all records of the keys that are drawn.
///
/// threads: one at a time; cost: some nanoseconds for a record that is not drawn
/// memory:  at most what was given
class JsonDraw {
 public:
  static constexpr std::size_t memory_min = 2 * ValueSample::memory_min;

  /// `memory` bytes, at least memory_min.
  explicit JsonDraw(std::size_t memory) : records_(memory / 2), of_same_keys_(memory / 2) {}

  /// `hash` is key_hash of the key; nothing: no key.
  void add(int partition, std::int64_t offset, std::optional<std::string_view> key,
           std::optional<std::uint64_t> hash, std::string_view value) {
    add(records_, record_hash(partition, offset), key, value);
    if (hash) add(of_same_keys_, *hash, key, value);
  }
  void merge(const JsonDraw& other);

  [[nodiscard]] const ValueSample& records() const { return records_; }
  [[nodiscard]] const ValueSample& of_same_keys() const { return of_same_keys_; }
  [[nodiscard]] std::size_t memory_bytes() const;

  /// It goes on within `memory`.
  ///
  /// errors: corrupt
  static Result<JsonDraw> from_bytes(std::string_view records, std::string_view of_same_keys,
                                     std::size_t memory);

 private:
  static void add(ValueSample& sample, std::uint64_t hash, std::optional<std::string_view> key,
                  std::string_view value);

  ValueSample records_;
  ValueSample of_same_keys_;
};

}  // namespace partwise::keys
