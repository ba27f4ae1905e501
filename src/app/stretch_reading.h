// Reads a stretch of a topic into a summary of its keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/settings.h"
#include "keys/scan_report.h"
#include "keys/scan_summary.h"
#include "sample/scan_port.h"

namespace partwise::app {

struct StretchReading {
  std::string topic;
  std::vector<sample::ScanRange> ranges;
  std::size_t memory = 0;  ///< bytes for what is kept of the keys
  kafka::ClientSettings client;
};

/// What was read so far; called by one thread at a time.
using ToldReading = std::function<void(std::int64_t records, std::int64_t bytes)>;

/// Partitions are shared out to as many threads as there are processors; each has a client and a
/// summary of its own, within its part of the memory, and the summaries are merged. `stretches`, by
/// partition, get the errors of those that cannot be read to their end. `traffic` is counted.
///
/// errors: invalid_input, as ScanSummary::within
Result<keys::ScanSummary> read_stretch(const StretchReading& reading,
                                       std::vector<keys::ScannedStretch>& stretches,
                                       kafka::TrafficCounters& traffic, const ToldReading& told,
                                       const std::stop_token& stop);

}  // namespace partwise::app
