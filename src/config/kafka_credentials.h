// KAFKA_CREDENTIALS: the clusters to visit, as a JSON array.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/client_properties.h"

namespace partwise::config {

/// One cluster and how to reach it.
struct ClusterAccess {
  std::string id;           ///< empty: as the cluster calls itself
  std::string environment;  ///< the cloud's name of where it belongs; may be empty
  std::string bootstrap_servers;
  ClientProperties properties;  ///< under librdkafka's names, with bootstrap.servers
  std::vector<std::string> warnings;
};

/// [{"kafka_cluster_id": "lkc-1", "bootstrap.servers": "host:9092",
///   "sasl.username": "...", "sasl.password": "..."}]; further fields are client properties, but
/// environment_id. `name` is what the text is called in messages.
/// errors: invalid_input; for malformed JSON with the position, and never with a value
tl::expected<std::vector<ClusterAccess>, Errors> clusters_from_json(
    std::string_view text, const std::string& from, const std::string& name = "KAFKA_CREDENTIALS");

/// A cluster with a user name is reached by SASL_SSL and PLAIN, as the existing tool assumes,
/// unless its properties say otherwise. To be called when they are complete.
void assume_confluent_defaults(ClientProperties& properties);

}  // namespace partwise::config
