// A run that visits exactly one cluster.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "base/progress.h"
#include "base/result.h"
#include "kafka/settings.h"

namespace partwise::app {

/// Calls `visit` with how to reach the only cluster; a temporary API key, where it needs one, lives
/// as long as that call, also when a stop is asked for: what was made on the cluster can be
/// removed. Returns why a key is left.
///
/// errors: invalid_input where there are several clusters; why the cluster has no key; of `visit`
Result<std::vector<std::string>> visit_only(
    const FoundClusters& found, const ClusterOptions& where, Outside& outside, Progress& progress,
    const std::stop_token& stop,
    const std::function<Result<>(const config::ClusterAccess&, const kafka::ClientSettings&)>&
        visit);

}  // namespace partwise::app
