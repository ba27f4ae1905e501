// Clusters and what is in them, as JSON: the form that programs read.
#pragma once

#include <string>
#include <vector>

#include "inventory/cluster_layout.h"
#include "inventory/cluster_list.h"

namespace partwise::inventory {

/// A cluster's layout, or why there is none.
struct DescribedCluster {
  std::string cluster_id;  ///< as the user names it; may be empty
  std::string bootstrap_servers;
  Result<ClusterLayout> layout;
};

std::string to_json(const ClusterList& list);
/// keys_left: temporary API keys that could not be deleted
std::string to_json(const std::vector<DescribedCluster>& clusters, const Errors& keys_left);

}  // namespace partwise::inventory
