// One run of `keys scan`.
#pragma once

#include <stop_token>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/scan_options.h"
#include "base/progress.h"
#include "base/result.h"
#include "keys/keys_report.h"

namespace partwise::app {

/// Reads a stretch of a topic and looks at its keys; changes nothing. What was read until an
/// interruption or a failure is reported, with the reason.
///
/// errors: where there is nothing to report: not_found, invalid_input (several clusters),
/// unauthorized, unavailable, timeout, interrupted
Result<keys::KeysReport> scan_keys(const ScanOptions& options, const FoundClusters& found,
                                   Outside& outside, Progress& progress,
                                   const std::stop_token& stop);

}  // namespace partwise::app
