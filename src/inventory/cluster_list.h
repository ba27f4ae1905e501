// Which clusters there are to visit, and where each of them was found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::inventory {

struct ListedEnvironment {
  std::string id;
  std::string name;
  std::optional<std::int64_t> clusters;  ///< those that a filter leaves out, too; empty: not known
};

/// A way into a cluster of Confluent Cloud.
struct ListedEndpoint {
  std::string access_point;
  std::string bootstrap_servers;
  std::string http;  ///< of its REST API; may be empty
  std::string connection_type;
};

/// What is not known, or does not apply, is empty.
struct ListedCluster {
  std::string id;
  std::string name;
  std::string environment;  ///< its id
  std::string origin;       ///< what named the cluster: "Confluent Cloud", "KAFKA_CREDENTIALS"
  std::string bootstrap_servers;
  std::string type;  ///< Basic, Standard, Enterprise, Dedicated, Freight
  std::string availability;
  std::string cloud;
  std::string region;
  std::string phase;  ///< PROVISIONED and the like
  std::vector<ListedEndpoint> endpoints;
  std::string skipped;  ///< why a run would not visit it
};

/// A place that could not be listed.
struct ListingFailure {
  std::string what;
  Error error;
};

struct ClusterList {
  std::vector<ListedEnvironment> environments;
  std::vector<ListedCluster> clusters;
  std::vector<ListingFailure> failures;
};

}  // namespace partwise::inventory
