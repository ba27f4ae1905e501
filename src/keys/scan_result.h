// What a scan found, in numbers that a report shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "keys/kept_key.h"
#include "keys/key_forensics.h"
#include "keys/key_sample.h"
#include "keys/scan_summary.h"
#include "keys/spread.h"

namespace partwise::keys {

/// In bytes.
struct SizeStatistics {
  std::int64_t count = 0;
  double mean = 0;
  std::int64_t smallest = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double p999 = 0;
  std::int64_t largest = 0;
};

/// How unevenly records or bytes lie on partitions, and what a perfect hash would do to these keys.
/// The keys' weights are those of the sample and of the heaviest keys; records without keys are
/// left out, since no hash places them.
struct KeySkew {
  Spread of_all;
  Spread of_keyed;
  double effective_keys = 0;  ///< equal keys that would be as uneven
  double cv_percent_by_chance = 0;
  double p_value = 1;  ///< that a perfect hash is as uneven as `of_keyed`
};

/// A key with the limits of what it has; shares are of all records with keys, or of their bytes.
struct HeaviestKey {
  KeptKey key;
  Interval amount;
  Interval share;
};

/// A heavy key over time. So many of its records were read before it was followed.
struct KeyOverTime {
  HeatRow row;
  std::int64_t missed_at_least = 0;
  std::int64_t missed_at_most = 0;
};

struct ScanResult {
  PartitionTally total;
  std::vector<PartitionTally> partitions;
  std::int64_t empty_keys = 0;
  Interval distinct_keys;
  double distinct_keys_standard_error = 0;  ///< relative
  SizeStatistics key_sizes;
  SizeStatistics value_sizes;  ///< without tombstones
  KeySkew records;
  KeySkew bytes;
  std::vector<HeaviestKey> by_records;  ///< heaviest first
  std::vector<HeaviestKey> by_bytes;
  std::int64_t unlisted_records_at_most = 0;  ///< of any key that is not in the sketch
  std::int64_t unlisted_bytes_at_most = 0;
  std::int64_t heat_first_step_ms = 0;
  std::int64_t heat_step_ms = 0;
  std::vector<std::int64_t> heat_totals;
  std::vector<KeyOverTime> heat;  ///< heaviest first
  std::int64_t records_without_time = 0;
  std::int64_t sampled_keys = 0;
  double sampled_fraction = 1;  ///< of all distinct keys
  SplitKeys split;
  KeyForensics forensics;
};

/// `heaviest` keys of each kind at most.
///
/// cost: that of key_forensics()
ScanResult scan_result(const ScanSummary& summary, std::size_t heaviest);

/// The result as JSON. Without `show_keys`, a key is shown by its hash: who can guess a key can
/// find it out.
std::string to_json(const ScanResult& result, bool show_keys);

/// "#0123456789abcdef", or the key itself, on one line.
std::string text_of(const KeptKey& key, bool show);

}  // namespace partwise::keys
