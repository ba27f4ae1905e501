// Reading a stretch of a topic into a summary.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "kafka/settings.h"
#include "keys/scan_report.h"
#include "sample/scan_port.h"

namespace partwise::app {

/// What is read, and how.
struct StretchRead {
  std::string topic;
  std::vector<sample::ScanRange> ranges;
  double fraction = 1;
  std::uint64_t seed = 1;
  std::function<void(const std::string& step)> tell;
};

/// Reads until the end or a stop; where a partition cannot be read to its end, its stretch gets the
/// error. Returns the seconds that it took.
///
/// shape: stretches: by partition, of all of the topic
double read_stretch(const StretchRead& what, const kafka::ClientSettings& settings,
                    keys::ScanSummary& summary, std::vector<keys::ScannedStretch>& stretches,
                    const std::stop_token& stop);

}  // namespace partwise::app
