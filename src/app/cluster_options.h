// The options that say which clusters are meant and how to reach them: those of every command that
// visits clusters.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/found_errors.h"
#include "base/clock.h"
#include "config/client_properties.h"
#include "config/kafka_credentials.h"
#include "config/option.h"
#include "credentials/confluent_cloud.h"
#include "credentials/secret_paths.h"
#include "http/exchange.h"

namespace partwise::app {

inline constexpr std::string_view cluster_group = "Which clusters";
inline constexpr std::string_view cloud_group = "Confluent Cloud";
inline constexpr std::string_view aws_group = "AWS Secrets Manager";

inline constexpr auto cluster_rows = std::to_array<config::Option>({
    {"bootstrap_servers", "BOOTSTRAP_SERVERS", config::OptionType::text, cluster_group,
     "HOST:PORT,...", "", "addresses of some brokers of one cluster"},
    {"config", "CLIENT_PROPERTIES", config::OptionType::text, cluster_group, "FILE", "",
     "client.properties, Java's or librdkafka's names; its settings hold for every cluster"},
    {"kafka_credentials",
     "KAFKA_CREDENTIALS",
     config::OptionType::text,
     cluster_group,
     "JSON",
     "",
     "clusters to visit: [{\"kafka_cluster_id\": ..., \"bootstrap.servers\": ..., "
     "\"sasl.username\": ..., \"sasl.password\": ...}]",
     0,
     0,
     {},
     true},
    {"kafka_cluster_filter", "KAFKA_CLUSTER_FILTER", config::OptionType::text, cluster_group,
     "ID,...", "", "only the clusters with these ids"},
    {"env_file", "", config::OptionType::text, cluster_group, "FILE", ".env",
     "NAME=value lines, below the environment in rank"},
    {"timeout", "TIMEOUT", config::OptionType::duration, cluster_group, "TIME", "10s",
     "longest wait for anything that a cluster is asked", 0.1, 3600},
    {"service_timeout", "SERVICE_TIMEOUT", config::OptionType::duration, cluster_group, "TIME", "",
     "longest wait for a service of the web with all its repeats; else 2 min, or --timeout where "
     "that is longer",
     0.1, 3600},

    {"use_confluent_cloud_api_key_to_fetch_kafka_credentials",
     "USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_KAFKA_CREDENTIALS",
     config::OptionType::boolean,
     cloud_group,
     "",
     "False",
     "visit the clusters that Confluent Cloud lists, with a temporary API key for each",
     0,
     0,
     {},
     false,
     "USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_RESOURCE_CREDENTIALS"},
    {"confluent_cloud_credential",
     "CONFLUENT_CLOUD_CREDENTIAL",
     config::OptionType::text,
     cloud_group,
     "JSON",
     "",
     "{\"confluent_cloud_api_key\": ..., \"confluent_cloud_api_secret\": ...}",
     0,
     0,
     {},
     true},
    {"principal_id", "PRINCIPAL_ID", config::OptionType::text, cloud_group, "ID", "",
     "whose the temporary API keys are: sa-... or u-..."},
    {"environment_filter", "ENVIRONMENT_FILTER", config::OptionType::text, cloud_group, "ID,...",
     "", "only clusters of the environments with these ids"},
    {"access_point", "CONFLUENT_CLOUD_ACCESS_POINT", config::OptionType::text, cloud_group, "ID",
     "", "the endpoint to reach clusters by; else PUBLIC, else the cluster's own address"},
    {"confluent_cloud_api_url", "CONFLUENT_CLOUD_API_URL", config::OptionType::text, cloud_group,
     "URL", credentials::confluent_cloud_url, "plain http only to this machine"},
    {"confluent_metrics_api_url", "CONFLUENT_METRICS_API_URL", config::OptionType::text,
     cloud_group, "URL", "https://api.telemetry.confluent.cloud",
     "plain http only to this machine"},

    {"use_aws_secrets_manager", "USE_AWS_SECRETS_MANAGER", config::OptionType::boolean, aws_group,
     "", "False", "take the two credentials above from secrets, by AWS's own credential chain"},
    {"confluent_cloud_api_secret_path", "CONFLUENT_CLOUD_API_SECRET_PATH", config::OptionType::text,
     aws_group, "JSON", "",
     "{\"region_name\": ..., \"secret_name\": ...}: in place of CONFLUENT_CLOUD_CREDENTIAL"},
    {"kafka_api_secret_paths", "KAFKA_API_SECRET_PATHS", config::OptionType::text, aws_group,
     "JSON", "",
     "[{\"region_name\": ..., \"secret_name\": ...}]: in place of KAFKA_CREDENTIALS, a secret for "
     "each cluster"},
});

/// How to reach Confluent Cloud's own services.
struct CloudOptions {
  std::optional<http::Login> login;
  std::optional<credentials::SecretName> secret;  ///< where the login is, if it is not there
  std::string api_url;
  std::string metrics_url;
  std::string principal;
  std::vector<std::string> environments;  ///< empty: all
  std::string access_point;               ///< empty: the best one
  bool for_metrics = false;               ///< the login is needed even if clusters are named

  [[nodiscard]] bool has_login() const { return login || secret; }
};

/// Which clusters, each from one of three places.
struct ClusterOptions {
  std::vector<config::ClusterAccess> clusters;         ///< named with their credentials
  std::vector<credentials::SecretName> kafka_secrets;  ///< or by secrets, one for each cluster
  bool from_cloud = false;                             ///< or by Confluent Cloud
  CloudOptions cloud;
  config::ClientProperties common;  ///< of --config: for each cluster what it does not say itself
  std::vector<std::string> filter;  ///< ids; empty: all
  Millis timeout{10'000};
  /// For a service with all repeats; empty: that of each request, 2 minutes or what suits it.
  std::optional<Millis> service_patience;
  std::vector<std::string> warnings;
};

/// Reads the files that the options name, and asks nobody. From a table that has cluster_rows.
/// Where clusters of Confluent Cloud are to be reached, PRINCIPAL_ID must say whose their keys are.
ClusterOptions cluster_options(const config::OptionValues& values, FoundErrors& found);

/// Likewise, for who only wants to know which clusters there are: needs no principal, and where
/// nothing else names a cluster, an API key of Confluent Cloud will do.
ClusterOptions listing_options(const config::OptionValues& values, FoundErrors& found);

/// How to reach Confluent Cloud alone, which has to be told; no cluster is named.
ClusterOptions cloud_options(const config::OptionValues& values, FoundErrors& found);

/// A cluster with all settings that hold for it: its own, before those of --config.
config::ClusterAccess completed(config::ClusterAccess access,
                                const config::ClientProperties& common);

}  // namespace partwise::app
