// Distinct keys drawn evenly, with all that is known of each: where it lies, since when, how much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "keys/kept_key.h"
#include "keys/slot_index.h"

namespace partwise::keys {

/// What a key has in one partition. Times are those of the records, in ms since 1970, and -1 where
/// no record had one.
struct KeyPlace {
  int partition = 0;
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::int64_t first_ms = -1;
  std::int64_t last_ms = -1;
};

struct SampledKey {
  KeptKey key;
  std::vector<KeyPlace> places;  ///< by partition; never empty

  [[nodiscard]] std::int64_t records() const;
  [[nodiscard]] std::int64_t bytes() const;
  /// When the key got its first record outside the partition that it was in first; -1 for a key of
  /// one partition and where times are not known.
  [[nodiscard]] std::int64_t split_since_ms() const;
};

/// Keys in more than one partition: records of one key there have no order among each other.
struct SplitKeys {
  std::int64_t in_sample = 0;
  Interval of_topic;                 ///< estimate for all keys, 95 %
  std::int64_t since_ms = -1;        ///< the earliest of the sample
  std::vector<SampledKey> examples;  ///< with the most records, most first
};

/// All keys whose hash is below a limit, so a key is in it from its first record on or never: what
/// is counted of it is exact. When memory is full, the limit halves, and with it the number of
/// keys.
///
/// source: P. B. Gibbons, "Distinct sampling for highly-accurate answers to distinct values queries
/// and event reports", 2001
///
/// threads: one at a time
/// memory: at most what was given, also while it grows; but one key stays, in however many
/// partitions
class KeySample {
 public:
  static constexpr std::size_t memory_min = 4096;

  /// `memory` bytes, at least memory_min.
  explicit KeySample(std::size_t memory);

  /// `hash` is key_hash(key).
  void add(std::string_view key, std::uint64_t hash, int partition, std::int64_t bytes,
           std::int64_t timestamp_ms) {
    if (hash <= limit_) add_sampled(key, hash, {partition, 1, bytes, timestamp_ms, timestamp_ms});
  }
  void merge(const KeySample& other);

  /// Of all distinct keys; 1 where none was left out.
  [[nodiscard]] double fraction() const;
  [[nodiscard]] std::span<const SampledKey> keys() const { return keys_; }
  [[nodiscard]] SplitKeys split_keys(std::size_t examples) const;

  [[nodiscard]] std::size_t memory_bytes() const;

  [[nodiscard]] std::string to_bytes() const;
  /// It goes on within `memory`.
  ///
  /// errors: corrupt
  static Result<KeySample> from_bytes(std::string_view bytes, std::size_t memory);

 private:
  void add_sampled(std::string_view key, std::uint64_t hash, const KeyPlace& place);
  void add_kept(const KeptKey& key, const KeyPlace& place);
  void add_new(KeptKey key, const KeyPlace& place);
  void add_place(SampledKey& key, const KeyPlace& place);
  void shrink_to(int halvings);
  void keep_within_memory(std::size_t growth);

  std::size_t memory_;
  std::size_t heap_bytes_ = 0;  // of texts and places
  int halvings_ = 0;
  std::uint64_t limit_ = UINT64_MAX;
  std::vector<SampledKey> keys_;
  SlotIndex index_;
};

}  // namespace partwise::keys
