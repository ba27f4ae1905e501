// The options of the results topic: whether each topic's result is also written to Kafka.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/found_errors.h"
#include "config/option.h"
#include "credentials/secret_paths.h"
#include "kafka/record_topic.h"
#include "registry/settings.h"

namespace partwise::app {

inline constexpr std::string_view results_group = "Results topic";

inline constexpr auto results_rows = std::to_array<config::Option>({
    {"use_kafka_writer", "USE_KAFKA_WRITER", config::OptionType::boolean, results_group, "",
     "False", "also write each topic's result to a topic of its cluster, which is made if missing"},
    {"kafka_writer_topic_name", "KAFKA_WRITER_TOPIC_NAME", config::OptionType::text, results_group,
     "NAME", "_j3.partition_recommender.results", "that topic"},
    {"kafka_writer_topic_partition_count", "KAFKA_WRITER_TOPIC_PARTITION_COUNT",
     config::OptionType::integer, results_group, "N", "6", "its partitions, when it is made", 1,
     10'000},
    {"kafka_writer_topic_replication_factor", "KAFKA_WRITER_TOPIC_REPLICATION_FACTOR",
     config::OptionType::integer, results_group, "N", "3", "its replicas, when it is made", 1, 100},
    {"kafka_writer_topic_data_retention_in_days", "KAFKA_WRITER_TOPIC_DATA_RETENTION_IN_DAYS",
     config::OptionType::number, results_group, "DAYS", "0",
     "how long it keeps records, when it is made; 0: for ever", 0, 36'500},
    {"schema_registry_url", "SCHEMA_REGISTRY_URL", config::OptionType::text, results_group, "URL",
     "", "a Schema Registry, where the results' JSON Schema is then registered"},
    {"schema_registry_basic_auth_user_info",
     "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO",
     config::OptionType::text,
     results_group,
     "USER:PASSWORD",
     "",
     "its login; prefer the variable",
     0,
     0,
     {},
     true},
    {"schema_registry_credential",
     "SCHEMA_REGISTRY_CREDENTIAL",
     config::OptionType::text,
     results_group,
     "JSON",
     "",
     "registries by environment: {\"env-1\": {\"url\": ..., \"basic.auth.user.info\": ...}}",
     0,
     0,
     {},
     true},
    {"schema_registry_api_secret_path", "SCHEMA_REGISTRY_API_SECRET_PATH", config::OptionType::text,
     results_group, "JSON", "",
     "{\"region_name\": ..., \"secret_name\": ...}: a secret in place of "
     "SCHEMA_REGISTRY_CREDENTIAL, with USE_AWS_SECRETS_MANAGER"},
});

/// By environment id; "" is for clusters of every other.
using Registries = std::map<std::string, registry::RegistrySettings>;

struct ResultsOptions {
  bool wanted = false;
  kafka::RecordTopic topic;
  Registries registries;                          ///< empty: records without a schema
  std::optional<credentials::SecretName> secret;  ///< that names the registries
  std::vector<std::string> warnings;
};

/// From a table that has results_rows, and cluster_rows.
ResultsOptions results_options(const config::OptionValues& values, FoundErrors& found);

}  // namespace partwise::app
