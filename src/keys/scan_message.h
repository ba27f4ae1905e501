// What processes that share a scan tell each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "keys/scan_report.h"
#include "keys/scan_summary.h"

namespace partwise::keys {

/// A setting that has to be the same in all processes, as text.
struct SharedSetting {
  std::string name;
  std::string value;
};

/// The first that a process says, before it reads.
struct ScanGreeting {
  std::vector<SharedSetting> settings;
  std::optional<Instant> from;  ///< of the stretch: "6h ago" is another time in each process
  std::optional<Instant> to;
};

/// The name of the first setting that differs, or that one of them does not have.
std::optional<std::string> difference(const ScanGreeting& one, const ScanGreeting& other);

/// The value under the name; "nothing", where there is none.
std::string value_of(const ScanGreeting& greeting, std::string_view name);

std::string to_bytes(const ScanGreeting& greeting);
/// errors: corrupt
Result<ScanGreeting> greeting_from_bytes(std::string_view bytes);

/// A partition of a part.
struct PartStretch {
  int partition = 0;
  ScannedStretch stretch;
};

/// What one process has read.
struct ScanPart {
  std::vector<PartStretch> stretches;
  double read_s = 0;
  ScanSummary summary;
};

std::string to_bytes(const ScanPart& part);
/// errors: corrupt; those of ScanSummary::from_bytes
Result<ScanPart> part_from_bytes(std::string_view bytes, std::size_t memory);

}  // namespace partwise::keys
