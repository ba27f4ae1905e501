#include "app/results_options.h"

#include <utility>

namespace partwise::app {
namespace {

using config::OptionValues;

constexpr double day_ms = 86'400'000;

template <class T>
bool taken(Result<T> result, T& into, FoundErrors& found) {
  if (!result) {
    found.add({std::move(result).error()});
    return false;
  }
  into = std::move(*result);
  return true;
}

void read_registries(const OptionValues& values, ResultsOptions& options, FoundErrors& found) {
  if (values.has("schema_registry_url")) {
    registry::RegistrySettings settings;
    const config::Secret login(values.text("schema_registry_basic_auth_user_info"));
    if (taken(registry::registry_settings(values.text("schema_registry_url"), login), settings,
              found)) {
      options.registries[""] = std::move(settings);
    }
  } else if (values.has("schema_registry_api_secret_path") &&
             values.boolean("use_aws_secrets_manager")) {
    const auto& given = values.entry("schema_registry_api_secret_path");
    credentials::SecretName name;
    if (taken(credentials::secret_path_from(given.text, "SCHEMA_REGISTRY_API_SECRET_PATH",
                                            given.from),
              name, found)) {
      options.secret = std::move(name);
    }
  } else if (values.has("schema_registry_credential")) {
    taken(registry::registries_from_json(values.entry("schema_registry_credential").text),
          options.registries, found);
  }
}

}  // namespace

ResultsOptions results_options(const OptionValues& values, FoundErrors& found) {
  ResultsOptions options;
  options.wanted = values.boolean("use_kafka_writer");
  if (!options.wanted) return options;
  auto& topic = options.topic;
  topic.name = values.text("kafka_writer_topic_name");
  if (const auto usable = kafka::check_record_topic(topic); !usable) {
    auto error = usable.error();
    error.from = values.entry("kafka_writer_topic_name").from;
    found.add({std::move(error)});
  }
  topic.partitions = static_cast<int>(values.integer("kafka_writer_topic_partition_count"));
  topic.replication_factor =
      static_cast<int>(values.integer("kafka_writer_topic_replication_factor"));
  const double days = values.number("kafka_writer_topic_data_retention_in_days");
  if (days > 0) topic.retention = Millis{static_cast<std::int64_t>(days * day_ms)};
  read_registries(values, options, found);
  return options;
}

}  // namespace partwise::app
