// What `keys scan` found in a topic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "keys/better_key.h"
#include "keys/key_forensics.h"
#include "keys/scan_summary.h"

namespace partwise::keys {

/// A partition's part of the stretch that was asked for.
struct ScannedStretch {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::optional<Error> error;  ///< why it was not read to its end
};

/// A process that shared the scan.
struct ScanMember {
  std::string client;
  std::string host;
  std::vector<int> partitions;
  std::int64_t records = 0;
  double read_s = 0;
};

/// Processes that shared a scan, as members of a consumer group.
struct ScanGroup {
  std::string name;
  std::vector<ScanMember> members;
};

struct ScanReport {
  std::string cluster;
  std::string topic;
  std::vector<ScannedStretch> stretches;  ///< by partition
  double fraction = 1;                    ///< of the offsets, where a random part was asked for
  bool show_keys = false;
  double read_s = 0;
  ScanSummary summary;
  KeyForensics forensics;
  bool what_if_exact = true;
  std::int64_t what_if_keys = 0;  ///< that the what-if rests on
  std::optional<Error> error;     ///< why it is not complete
  std::vector<std::string> keys_left;
  std::optional<BetterKey> better_key = {};  ///< nothing: no value that was drawn is a JSON object
  std::optional<ScanGroup> group = {};       ///< where several processes read

  [[nodiscard]] bool complete() const;
};

/// A key as a report may show it: itself, as UTF-8, or "#" and sixteen digits of its hash.
std::string shown_key(const KeptKey& key, bool show_keys);

}  // namespace partwise::keys
