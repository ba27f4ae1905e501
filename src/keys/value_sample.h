// Records with their values, drawn evenly in bounded memory, for whoever looks into values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/field_rank.h"

namespace partwise::keys {

/// The records whose hash is below a limit, which halves when memory is full. What the hash is of
/// says what is drawn: with that of partition and offset, records, each as likely as any other;
/// with that of the key, keys, each with all of its records.
///
/// threads: one at a time
/// memory: at most what was given, also while it grows; a value's own copy beside it for a moment
class ValueSample {
 public:
  static constexpr std::size_t memory_min = std::size_t{1} << 18;
  /// Longer values are left out and counted: half of their JSON would be none.
  static constexpr std::size_t value_bytes_max = std::size_t{64} << 10;

  /// `memory` bytes, at least memory_min.
  explicit ValueSample(std::size_t memory);

  /// Whether a record of this hash is drawn: to be asked before anything is done for it.
  [[nodiscard]] bool draws(std::uint64_t hash) const { return hash <= limit_; }
  void add(std::uint64_t hash, std::optional<std::string_view> key, std::string_view value);
  /// A record that is drawn, but whose value is of no use.
  void leave_out(std::uint64_t hash);
  void merge(const ValueSample& other);

  /// Of all records, or keys; 1 where none was left out.
  [[nodiscard]] double fraction() const;
  /// Valid until the sample changes.
  [[nodiscard]] std::vector<KeyedValue> records() const;
  /// Records that would be in the sample, but for the length of their value, or were left out.
  [[nodiscard]] std::int64_t left_out() const { return left_out_; }

  [[nodiscard]] std::size_t memory_bytes() const;

  [[nodiscard]] std::string to_bytes() const;
  /// It goes on within `memory`.
  ///
  /// errors: corrupt
  static Result<ValueSample> from_bytes(std::string_view bytes, std::size_t memory);

 private:
  struct Drawn {
    std::uint64_t hash = 0;
    std::optional<std::string> key;
    std::string value;
  };
  static std::size_t heap_bytes(const Drawn& drawn);
  void shrink_to(int halvings);
  void make_room(std::size_t bytes);

  std::size_t memory_;
  std::size_t heap_bytes_ = 0;  // of keys and values
  int halvings_ = 0;
  std::uint64_t limit_ = UINT64_MAX;
  std::int64_t left_out_ = 0;  // since the limit was last lowered, and about so many before it
  std::vector<Drawn> drawn_;
};

/// The hash by which records are drawn.
std::uint64_t record_hash(int partition, std::int64_t offset);

}  // namespace partwise::keys
