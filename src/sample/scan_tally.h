// The exact reference: every record of the observed time, counted into its window.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sample/offset_table.h"
#include "sample/scan_port.h"
#include "sample/window_grid.h"
#include "sizing/demand.h"

namespace partwise::sample {

/// One partition's records by window. A record counts when it arrived, as a lookup sees it: in the
/// window of the latest timestamp so far. Stamps later than `now` say nothing about arrival.
///
/// threads: one at a time
class PartitionTally {
 public:
  PartitionTally(WindowGrid grid, Instant now);

  void add(const ScannedRecord& record);

  struct Window {
    int window = 0;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
  };
  /// The windows that hold records, in order.
  [[nodiscard]] std::span<const Window> windows() const { return windows_; }
  [[nodiscard]] std::int64_t undated() const { return undated_; }

 private:
  WindowGrid grid_;
  std::int64_t not_after_ms_;
  std::int64_t latest_ms_;
  std::vector<Window> windows_;
  std::int64_t undated_ = 0;
};

/// What a topic's partitions add up to.
///
/// errors: none; offsets without records count in demand.records alone
sizing::Demand scanned_demand(const WindowGrid& grid, std::span<const OffsetRange> ranges,
                              std::span<const PartitionTally> tallies, double quantile,
                              bool older_records_exist);

}  // namespace partwise::sample
