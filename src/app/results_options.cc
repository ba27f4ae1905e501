#include "app/results_options.h"

#include <utility>

#include <fmt/format.h>

#include "http/url.h"

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

/// Where the registries are: from a URL, from a secret, or by environment.
class RegistryReader {
 public:
  RegistryReader(const OptionValues& values, ResultsOptions& options, FoundErrors& found)
      : values_(values), options_(options), found_(found) {}

  void read() {
    check_combinations();
    if (values_.has(url)) {
      read_url();
    } else if (values_.has(secret_path) && values_.boolean("use_aws_secrets_manager")) {
      read_secret_path();
    } else if (values_.has(credential)) {
      taken(registry::registries_from_json(values_.entry(credential).text), options_.registries,
            found_);
    }
    for (const auto& [environment, settings] : options_.registries) note_open_login(settings);
  }

 private:
  static constexpr const char* url = "schema_registry_url";
  static constexpr const char* login = "schema_registry_basic_auth_user_info";
  static constexpr const char* credential = "schema_registry_credential";
  static constexpr const char* secret_path = "schema_registry_api_secret_path";

  void check_combinations() {
    if (values_.has(url) && values_.has(credential)) {
      found_.wrong("both SCHEMA_REGISTRY_URL and SCHEMA_REGISTRY_CREDENTIAL name registries",
                   "leave one of them out", values_.entry(credential).from);
    }
    if (values_.has(secret_path) && !values_.boolean("use_aws_secrets_manager")) {
      found_.wrong(
          "SCHEMA_REGISTRY_API_SECRET_PATH names a secret, but USE_AWS_SECRETS_MANAGER is not True",
          "USE_AWS_SECRETS_MANAGER=True, or leave the secret out", values_.entry(secret_path).from);
    } else if (values_.has(secret_path)) {
      if (values_.has(url)) {
        not_used(secret_path, values_.entry(url).from + " names the registry");
      } else if (values_.has(credential)) {
        not_used(credential, values_.entry(secret_path).from + " names the registries");
      }
    }
    if (values_.has(login) && !values_.has(url)) {
      not_used(login, "it is the login of SCHEMA_REGISTRY_URL, which is not set");
    }
  }

  void note_open_login(const registry::RegistrySettings& settings) {
    if (!settings.login) return;
    const auto origin = http::service_origin(settings.url);
    if (!origin || !origin->is_open_on_the_way()) return;
    options_.warnings.push_back(fmt::format(
        "the login of the Schema Registry is sent to {} without encryption", origin->address()));
  }

  void not_used(const char* name, const std::string& why) {
    options_.warnings.push_back(fmt::format("{} is not used: {}", values_.entry(name).from, why));
  }

  void read_url() {
    registry::RegistrySettings settings;
    const config::Secret user_info(values_.text(login));
    if (taken(registry::registry_settings(values_.text(url), user_info), settings, found_)) {
      options_.registries[""] = std::move(settings);
    }
  }

  void read_secret_path() {
    const auto& given = values_.entry(secret_path);
    credentials::SecretName name;
    if (taken(credentials::secret_path_from(given.text, "SCHEMA_REGISTRY_API_SECRET_PATH",
                                            given.from),
              name, found_)) {
      options_.secret = std::move(name);
    }
  }

  const OptionValues& values_;
  ResultsOptions& options_;
  FoundErrors& found_;
};

}  // namespace

ResultsOptions results_options(const OptionValues& values, FoundErrors& found) {
  ResultsOptions options;
  options.wanted = values.boolean("use_kafka_writer");
  if (!options.wanted) {
    for (const auto& row : results_rows) {
      if (!values.typed(row.name)) continue;
      options.warnings.push_back(flag_of(row) + " is not used without --use-kafka-writer");
    }
    return options;
  }
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
  RegistryReader(values, options, found).read();
  return options;
}

}  // namespace partwise::app
