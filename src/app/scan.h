// One run of `keys scan`.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/scan_options.h"
#include "base/progress.h"
#include "base/result.h"
#include "keys/keys_report.h"

namespace partwise::app {

/// What a run of `keys scan` ends with.
struct ScanEnd {
  /// Empty where processes share the scan and another one has the whole.
  std::optional<keys::KeysReport> report;
  std::string reported_by;  ///< then: that process
  std::vector<std::string> keys_left;
};

/// Reads a stretch of a topic and looks at its keys; changes nothing but what a shared scan makes
/// and removes. What was read until an interruption or a failure is reported, with the reason.
///
/// errors: where there is nothing to report: not_found, invalid_input (several clusters),
/// unauthorized, unavailable, timeout, interrupted; those of SharedScan
Result<ScanEnd> scan_keys(const ScanOptions& options, const FoundClusters& found, Outside& outside,
                          Progress& progress, const std::stop_token& stop);

}  // namespace partwise::app
