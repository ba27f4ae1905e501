// Reads whole stretches of partitions as fast as the brokers give them.
#pragma once

#include <memory>
#include <string>

#include "kafka/settings.h"
#include "sample/scan_port.h"

namespace partwise::kafka {

struct ScanSettings {
  ClientSettings client;
  int workers = 2;  ///< clients that read at the same time, each with its own thread
  /// Records taken from librdkafka at a time: so few that they stay in a processor's cache until
  /// they are freed.
  std::int64_t batch = 512;
  Millis patience{10'000};  ///< without a record of any partition: those that are read fail
  std::string mark;         ///< a header whose value is given with each record; empty: none
};

/// What is thrown while it scans, by the sink too, comes out of scan() when all has ended; ranges
/// that were being read have failed then. `traffic` must outlive it.
std::unique_ptr<sample::ScanPort> record_scan(const ScanSettings& settings,
                                              TrafficCounters& traffic);

}  // namespace partwise::kafka
