// The port for reading whole stretches of partitions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sample/cluster_port.h"

namespace partwise::sample {

/// Offsets from .. to-1 of one partition.
struct ScanRange {
  TopicPartition at;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Texts are valid as long as the call that they are given to.
struct ScannedRecord {
  std::int64_t timestamp_ms = 0;  ///< below zero: the record has none
  std::int64_t bytes = 0;
  std::int64_t offset = 0;
  std::optional<std::string_view> key = {};
  std::optional<std::string_view> value = {};  ///< nothing: a tombstone
  std::string_view mark = {};  ///< the value of the header that the scan was told of
};

/// threads: any; one partition's calls come from one thread at a time, in the order of offsets
class ScanSink {
 public:
  virtual ~ScanSink() = default;
  virtual void take(TopicPartition at, std::span<const ScannedRecord> records) = 0;
  /// The range is read, or could not be read to its end.
  virtual void finished(TopicPartition at, const std::optional<Error>& error) = 0;
};

class ScanPort {
 public:
  virtual ~ScanPort() = default;
  /// Reads all ranges, roughly in their order, and those of one partition one after another; where
  /// one fails, the partition's later ones are left out. Returns when each is finished or stop is
  /// asked for.
  virtual void scan(std::span<const ScanRange> ranges, const std::vector<std::string>& topics,
                    ScanSink& sink, const std::stop_token& stop) = 0;
};

}  // namespace partwise::sample
