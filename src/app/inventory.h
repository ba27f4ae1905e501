// `cluster describe`: what is in the clusters that were found.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/cluster_finding.h"
#include "app/inventory_options.h"
#include "app/outside.h"
#include "base/progress.h"
#include "inventory/inventory_json.h"

namespace partwise::app {

struct Descriptions {
  std::vector<inventory::DescribedCluster> clusters;
  Errors keys_left;  ///< temporary API keys that could not be deleted
};

/// Looks into each cluster that was found, several at a time; reads only. Temporary API keys, where
/// they are needed, are gone when it returns.
///
/// threads: one at a time
Descriptions describe_clusters(const DescribeOptions& options, const FoundClusters& found,
                               Outside& outside, Progress& progress, const std::stop_token& stop);

}  // namespace partwise::app
