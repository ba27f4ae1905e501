// A Kafka cluster as Confluent Cloud describes it, and which of its addresses to take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::credentials {

/// One way to reach a cluster.
struct KafkaEndpoint {
  std::string access_point;  ///< "PUBLIC", "PRIVATE_LINK" or an id; empty: the cluster's own fields
  std::string bootstrap;     ///< "host:9092", without a protocol
  std::string http;          ///< of its REST interface; may be empty
  std::string connection;    ///< "PUBLIC", "PRIVATE_LINK", ...; may be empty
};

/// What the service does not say is empty; names that this version does not know are kept as text.
struct CloudCluster {
  std::string id;  ///< "lkc-..."
  std::string display_name;
  std::string environment;   ///< its id
  std::string cloud;         ///< "AWS", "GCP", "AZURE", ...
  std::string region;        ///< "us-east-1"
  std::string kind;          ///< "Basic", "Standard", "Enterprise", "Dedicated", "Freight", ...
  std::string availability;  ///< "SINGLE_ZONE", "MULTI_ZONE", "LOW", "HIGH", ...
  std::string phase;         ///< "PROVISIONING", "PROVISIONED", "FAILED", ...
  std::optional<std::int64_t> cku;       ///< that it has now, else that it is to have
  std::optional<std::int64_t> max_ecku;  ///< up to which it may grow
  std::vector<KafkaEndpoint> endpoints;  ///< those with a bootstrap, by access point
  /// By the deprecated fields of the cluster itself: all that older ones have.
  std::optional<KafkaEndpoint> own_endpoint;
};

/// That of the wanted access point; where none is wanted: the public one, else the cluster's own.
///
/// errors: invalid_input, where there is no such one, listing those that there are
Result<KafkaEndpoint> chosen_endpoint(const CloudCluster& cluster,
                                      const std::string& wanted_access_point);

}  // namespace partwise::credentials
