// The keys of a scan as a set that strategies can be tried on.
#pragma once

#include <cstdint>
#include <memory>

#include "keys/chance.h"
#include "keys/counted_keys.h"
#include "keys/scan_summary.h"

namespace partwise::keys {

/// Keys with their records. Where the scan has kept all keys they are these; else the heaviest with
/// at least so many records, and of the others an even sample, each of which stands for several.
struct RecordedKeys {
  std::unique_ptr<CountedKeys> keys;
  /// What all the topic's keys weigh: a sampled one as often as it stands for.
  KeyWeights weights;
  bool exact = true;
  std::int64_t sampled = 0;  ///< distinct keys that it rests on
};

RecordedKeys recorded_keys(const ScanSummary& summary);

}  // namespace partwise::keys
