// Confluent Cloud's control plane: environments, clusters, API keys.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/secret.h"
#include "credentials/confluent_access.h"
#include "credentials/confluent_cluster.h"
#include "http/exchange.h"

namespace partwise::credentials {

constexpr const char* confluent_cloud_url = "https://api.confluent.cloud";

struct CloudEnvironment {
  std::string id;  ///< "env-..."
  std::string display_name;
  std::string governance_package;  ///< "ESSENTIALS", "ADVANCED", ...; may be empty
};

/// An API key of a Kafka cluster that is to be made.
struct ApiKeyOrder {
  std::string display_name;
  std::string description;  ///< no other key has the same: by it, a lost one is found again
  std::string owner;        ///< "u-..." or "sa-..."
  std::string cluster;      ///< "lkc-..."
};

struct ApiKey {
  std::string id;
  config::Secret secret;  ///< told this once only
  bool second = false;    ///< the first was lost, and may turn up in a list later
};

/// As a list has it.
struct ListedApiKey {
  std::string id;
  std::string display_name;
  std::string description;
  std::string owner;
  std::string cluster;     ///< or another resource; empty: none
  std::string created_at;  ///< "2022-03-23T06:16:59.527572Z"
};

/// Asks with a Cloud API key. Requests are sent once each: a http::Retrying as the exchange sends
/// them again where that does no harm.
///
/// errors: as of confluent_error and of the exchange; corrupt for an answer that makes no sense
/// threads: any
class ConfluentCloud {
 public:
  /// The exchange must outlive it.
  ConfluentCloud(http::Exchange& exchange, std::string base_url, http::Login login);

  Result<std::vector<CloudEnvironment>> environments(const std::stop_token& stop);

  /// Those of one environment, by its id.
  Result<std::vector<CloudCluster>> clusters(const std::string& environment,
                                             const std::stop_token& stop);

  /// Those that have this owner and this resource; empty: whichever.
  ///
  /// patience: for each page
  Result<std::vector<ListedApiKey>> keys(const std::string& owner, const std::string& cluster,
                                         const std::stop_token& stop,
                                         Millis patience = Millis(120'000));

  /// Those of the keys that partwise made.
  Result<std::vector<ListedApiKey>> leftovers(const std::string& owner, const std::string& cluster,
                                              const std::stop_token& stop);

  /// A request to make a key must not be sent twice, and once sent, a stop does not break it off.
  /// Where its reply is lost or is none, the keys are listed, the lost one is deleted, and one more
  /// is asked for.
  ///
  /// errors: after unavailable, timeout, corrupt a key may have been made that was not in the list
  /// yet; after all others none is left
  Result<ApiKey> create_key(const ApiKeyOrder& order, const std::stop_token& stop);

  /// A key that is not there (any more) is no error.
  ///
  /// patience: for all tries together
  Result<> delete_key(const std::string& id, Millis patience, const std::stop_token& stop);

 private:
  /// Deletes what the order may have led to.
  Result<> delete_lost(const ApiKeyOrder& order);

  Result<bool> is_in_no_list(const std::string& id, Millis patience, const std::stop_token& stop);

  ConfluentAccess access_;
};

}  // namespace partwise::credentials
