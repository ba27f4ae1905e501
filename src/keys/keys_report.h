// What `partwise keys` found: the one value of which table, CSV, JSON and page are views.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "keys/key_set.h"
#include "keys/placement.h"
#include "keys/scan_report.h"
#include "keys/sweep.h"
#include "keys/verdict.h"
#include "keys/verification.h"

namespace partwise::keys {

struct KeysSummary {
  std::string source;                 ///< "typical", "zipf", a file's name
  std::vector<std::string> patterns;  ///< kinds of keys, as Load::groups; may be empty
  std::int64_t records = 0;
  std::int64_t bytes = 0;  ///< of keys and values
  std::int64_t distinct_keys = 0;
  double effective_keys = 0;  ///< equal keys that would be as uneven
  std::int64_t null_key_records = 0;
  std::int64_t empty_key_records = 0;
  std::vector<CountedKey> heaviest;
};

/// A strategy, or "actual": where records lie on a cluster.
struct StrategyReport {
  std::string name;
  bool keeps_key_order = true;
  Load load;
  Verdict verdict;
};

struct KeysSweep {
  SweepRules rules;
  std::vector<StrategySweep> strategies;
};

struct KeysReport {
  std::string version;
  std::string command;  ///< "simulate", "verify", "scan"
  Instant started;
  KeysSummary keys;
  PlacementRules rules;
  std::vector<StrategyReport> strategies;
  std::optional<KeysSweep> sweep;
  std::optional<Verification> verification;
  std::optional<ScanReport> scan;
  std::vector<std::string> warnings;
};

/// With the verdict on it.
StrategyReport report_of(Placement placed, const PlacementRules& rules);

/// At most ten of `heaviest`.
KeysSummary summary_of(const KeySet& keys, const PlacementRules& rules);

/// Pretty-printed, "partwise.keys/1"; docs/keys.md names the fields.
std::string to_json(const KeysReport& report);

}  // namespace partwise::keys
