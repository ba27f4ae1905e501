// One run of `keys verify`.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/verify_options.h"
#include "base/progress.h"
#include "base/result.h"
#include "keys/keys_report.h"

namespace partwise::app {

/// Produces keys into a topic of one cluster, reads them back and compares. What was made is
/// removed on every way out. An interrupted run, or one that did not get all through, has a report
/// of what it found until then, with the reason in its verification.
///
/// errors: where there is nothing to report: invalid_input (keys that cannot be, several clusters,
/// no such topic, more replicas than brokers), unauthorized, unavailable, timeout, interrupted
Result<keys::KeysReport> verify_keys(const VerifyOptions& options, const FoundClusters& found,
                                     Outside& outside, Progress& progress,
                                     const std::stop_token& stop);

}  // namespace partwise::app
