// Which of Confluent Cloud's clusters a run visits.
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "credentials/confluent_cloud.h"

namespace partwise::credentials {

struct SkippedCluster {
  CloudCluster cluster;
  std::string reason;  ///< "it is being provisioned"
};

struct ChosenClusters {
  std::vector<CloudEnvironment> environments;  ///< that passed the filter
  std::vector<CloudCluster> clusters;          ///< each has an address
  std::vector<SkippedCluster> skipped;
  /// By environment: how many clusters it has, chosen or not. None: they could not be listed.
  std::map<std::string, std::int64_t> clusters_in;
  Errors failures;  ///< of environments whose clusters could not be listed
};

/// The ids to keep; empty: all.
struct ClusterFilter {
  std::vector<std::string> environments;
  std::vector<std::string> clusters;
};

/// The clusters of the environments that pass the filter; other environments' are not asked for.
///
/// errors: those of ConfluentCloud::environments; invalid_input, for an id that nothing has, with
/// the nearest one; interrupted
Result<ChosenClusters> chosen_clusters(ConfluentCloud& cloud, const ClusterFilter& filter,
                                       const std::stop_token& stop);

}  // namespace partwise::credentials
