// What is true of virtual topics at a moment, exactly: what a measurement of them should find.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "fleet/fleet_topics.h"
#include "fleet/record_sizes.h"
#include "fleet/virtual_topic.h"
#include "sizing/rule.h"

namespace partwise::fleet {

struct TruthSettings {
  Instant now;
  Millis width{60'000};                       ///< of a window; windows are aligned to the epoch
  Millis length{std::chrono::hours(7 * 24)};  ///< looked back from now, cut to the retention
  sizing::SizingSettings sizing;
  int heaviest_keys = 10;
};

struct PartitionTruth {
  std::int64_t start_offset = 0;
  std::int64_t end_offset = 0;
  std::int64_t bytes = 0;  ///< of the records in between
  [[nodiscard]] std::int64_t records() const { return end_offset - start_offset; }
};

struct PeakTruth {
  Instant start;
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::vector<std::int64_t> records_by_partition;
  std::vector<std::int64_t> bytes_by_partition;
};

struct KeyTruth {
  std::string key;
  double share = 0;  ///< of the topic's records, in the long run
  int partition = 0;
};

struct SizingTruth {
  int partitions = 0;
  BytesPerSecond required;
  BytesPerSecond capacity;  ///< what required was divided by
};

/// Bytes are of keys and values, before compression. Compaction is not taken into account.
struct TopicTruth {
  std::vector<PartitionTruth> log;
  Instant window_start;
  std::int64_t windows = 0;  ///< whole ones, up to now
  std::int64_t records_in_window = 0;
  std::int64_t bytes_in_window = 0;
  /// From the first window that holds a record on, where none is older.
  BytesPerSecond mean;
  /// The window with the most bytes, the first of several; empty when there are no records.
  std::optional<PeakTruth> peak;
  std::vector<KeyTruth> heaviest_keys;
  SizingTruth sizing;
};

/// Tells the truth of one topic after another.
///
/// Windows are searched by the topic's demand first: a window of d records, give or take one a
/// partition, has at most
///
///   (d + P) * mean size + 2 * P * D
///
/// bytes, D being what the largest sizes of a block can exceed as many mean ones by, for a window
/// cuts at most two blocks of each partition. Only windows that reach the best one seen are summed.
///
/// cost: about 1 ms for a week of minutes in 10 partitions
/// threads: one at a time
class Truth {
 public:
  explicit Truth(TruthSettings settings) : settings_(settings) {}

  TopicTruth of(const VirtualTopic& topic);

  [[nodiscard]] const TruthSettings& settings() const { return settings_; }

 private:
  const SizePrefixes& prefixes_of(const VirtualTopic& topic);

  TruthSettings settings_;
  std::map<std::shared_ptr<const SizeTable>, SizePrefixes> prefixes_;  // of a few tables
};

/// The truth of a whole fleet as JSON, two blanks an indent. Fields are listed in
/// docs/fleet-file.md. Nothing when it was stopped.
///
/// cost: about 10 s for 10,000 topics of 10 partitions
std::optional<std::string> truth_json(const FleetTopics& fleet, const TruthSettings& settings,
                                      const std::stop_token& stop = {});

}  // namespace partwise::fleet
