// What a scan of a topic's records found of its keys, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/heat_map.h"
#include "keys/hyper_log_log.h"
#include "keys/json_draw.h"
#include "keys/key_sample.h"
#include "keys/size_quantiles.h"
#include "keys/space_saving.h"

namespace partwise::keys {

/// A record as far as a scan looks at it. Sizes are those of the uncompressed record.
struct ScannedRecord {
  int partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = -1;         ///< since 1970; below 0: none
  std::optional<std::string_view> key;    ///< nothing: no key. An empty key is a key
  std::optional<std::string_view> value;  ///< nothing: a tombstone
  std::int64_t header_bytes = 0;
  [[nodiscard]] std::int64_t bytes() const;
};

struct PartitionTally {
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::int64_t keyed_records = 0;
  std::int64_t keyed_bytes = 0;
  std::int64_t tombstones = 0;
  std::int64_t first_ms = -1;  ///< the earliest time of a record
  std::int64_t last_ms = -1;
};

/// All sketches of one scan. Processes that share a scan have one each, of the same topic and
/// memory, and merge them at the end.
///
/// threads: one at a time; cost: about 0.3 µs a record
/// memory: what was given, and 56 bytes a partition
class ScanSummary {
 public:
  static constexpr int partitions_max = 1'000'000;
  /// Keys in the heat map at once: twice as many as are shown.
  static constexpr std::size_t heat_rows = 128;
  static constexpr std::size_t memory_min = std::size_t{2} << 20;

  /// errors: invalid_input: no partitions, or less memory than memory_min
  static Result<ScanSummary> within(std::size_t memory, int partitions);

  /// A partition beyond those known is one that the topic got since: there is room for it from then
  /// on.
  void take(const ScannedRecord& record);
  void merge(const ScanSummary& other);

  [[nodiscard]] const std::vector<PartitionTally>& partitions() const { return partitions_; }
  [[nodiscard]] PartitionTally total() const;
  [[nodiscard]] std::int64_t empty_keys() const { return empty_keys_; }
  [[nodiscard]] const HyperLogLog& distinct_keys() const { return distinct_; }
  /// No key was left out of the sample.
  [[nodiscard]] bool knows_all_keys() const { return sample_.fraction() >= 1; }
  /// Distinct keys: counted where all are known, else estimated; never more than records with one.
  [[nodiscard]] Interval distinct() const;
  [[nodiscard]] const SpaceSaving& heavy_by_records() const { return by_records_; }
  [[nodiscard]] const SpaceSaving& heavy_by_bytes() const { return by_bytes_; }
  [[nodiscard]] const KeySample& sample() const { return sample_; }
  [[nodiscard]] const HeatMap& heat() const { return heat_; }
  [[nodiscard]] const SizeQuantiles& key_sizes() const { return key_sizes_; }
  [[nodiscard]] const SizeQuantiles& value_sizes() const { return value_sizes_; }
  [[nodiscard]] const JsonDraw& values() const { return values_; }

  [[nodiscard]] std::size_t memory_bytes() const;

  [[nodiscard]] std::string to_bytes() const;
  /// Its samples go on within what `memory` leaves to them; the other sketches are as large as they
  /// were.
  ///
  /// errors: corrupt; invalid_input as within()
  static Result<ScanSummary> from_bytes(std::string_view bytes, std::size_t memory);

 private:
  ScanSummary(std::size_t memory, int partitions);
  void take_key(const ScannedRecord& record, std::string_view key, std::uint64_t hash);
  [[nodiscard]] PartitionTally& tally(int partition);
  void track_heaviest();

  std::vector<PartitionTally> partitions_;
  std::int64_t empty_keys_ = 0;
  HyperLogLog distinct_;
  SpaceSaving by_records_;
  SpaceSaving by_bytes_;
  SizeQuantiles key_sizes_;
  SizeQuantiles value_sizes_;
  HeatMap heat_{heat_rows};
  KeySample sample_;
  JsonDraw values_;
  std::int64_t until_tracking_ = 0;  // records with keys
};

}  // namespace partwise::keys
