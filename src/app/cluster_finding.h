// Which clusters there are to visit: from the options, from secrets, or from Confluent Cloud.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cluster_options.h"
#include "app/outside.h"
#include "inventory/cluster_list.h"

namespace partwise::app {

struct FoundCluster {
  config::ClusterAccess access;
  bool needs_key = false;      ///< a temporary API key has to be made before it can be reached
  std::optional<Error> error;  ///< it cannot be visited; what is missing is in its words
};

struct FoundClusters {
  std::vector<FoundCluster> clusters;      ///< to visit
  inventory::ClusterList list;             ///< these and those that are passed over
  std::optional<http::Login> cloud_login;  ///< for Confluent Cloud's services; empty: not needed
  std::vector<std::string> warnings;       ///< of what was read
};

/// From the options, or from the secret that they name. They have one of the two.
///
/// errors: those of SecretsManager::secret; invalid_input for a secret with something else in it
Result<http::Login> cloud_login(const ClusterOptions& options, Outside& outside,
                                const std::stop_token& stop);

/// What everybody should know of the clusters that are passed over.
std::vector<std::string> skipped_texts(const FoundClusters& found);

/// Whether a run that visits them can begin. Asks nobody.
///
/// errors: not_found where there is none; invalid_input where --config would have temporary API
/// keys sent elsewhere than to this machine by another login than SASL_SSL with PLAIN
Result<> check_visit(const FoundClusters& found, const ClusterOptions& options);

/// Asks Secrets Manager and Confluent Cloud where the options say so. A secret or an environment
/// that cannot be read is a cluster with an error, the others stay.
///
/// errors: where no cluster can be looked for at all: those of the service; invalid_input for a
/// filter that matches nothing, or what kept a secret with that cluster from being read;
/// interrupted
Result<FoundClusters> find_clusters(const ClusterOptions& options, Outside& outside,
                                    const std::stop_token& stop);

}  // namespace partwise::app
