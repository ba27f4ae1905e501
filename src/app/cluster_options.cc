#include "app/cluster_options.h"

#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/bootstrap_servers.h"
#include "credentials/confluent_credential.h"
#include "http/url.h"

namespace partwise::app {
namespace {

using config::ClusterAccess;
using config::OptionValues;

constexpr Millis usual_patience{120'000};  // of a service
constexpr const char* from_cloud_name = "use_confluent_cloud_api_key_to_fetch_kafka_credentials";

class ClusterOptionReader {
 public:
  ClusterOptionReader(const OptionValues& values, FoundErrors& found)
      : values_(values), found_(found) {}

  ClusterOptions read() {
    read_what_is_common();
    read_clusters();
    if (options_.from_cloud) require_principal();
    return std::move(options_);
  }

  ClusterOptions read_for_listing() {
    read_what_is_common();
    if (options_.cloud.has_login() && !names_a_cluster()) {
      options_.from_cloud = true;
    } else {
      read_clusters();
    }
    return std::move(options_);
  }

  ClusterOptions read_cloud_alone() {
    read_what_is_common();
    require_login();
    return std::move(options_);
  }

 private:
  void read_what_is_common() {
    options_.timeout = values_.duration("timeout");
    if (values_.has("service_timeout")) {
      options_.service_patience = values_.duration("service_timeout");
    } else if (options_.timeout > usual_patience) {
      options_.service_patience = options_.timeout;
    }
    read_common();
    options_.filter = ids_of("kafka_cluster_filter");
    read_cloud();
  }

  void read_common() {
    if (!values_.has("config")) return;
    auto taken = config::client_properties_from_file(values_.text("config"));
    if (!taken) {
      found_.add(std::move(taken).error());
      return;
    }
    warn(taken->warnings);
    options_.common = std::move(taken->properties);
    found_.add(config::unreadable_files(options_.common));
  }

  std::vector<std::string> ids_of(const char* name) {
    const auto text = values_.text(name);
    auto ids = listed(text);
    if (!text.empty() && ids.empty()) {
      found_.wrong(fmt::format("{} '{}' names nothing", shown_name(name), text),
                   "ids with commas between, or leave it out for all", values_.entry(name).from);
    }
    return ids;
  }

  static std::string shown_name(const char* name) {
    for (const auto& row : cluster_rows) {
      if (row.name == name) return std::string(row.env);
    }
    return name;
  }

  // ---- Confluent Cloud ----

  void read_cloud() {
    auto& cloud = options_.cloud;
    cloud.api_url = values_.text("confluent_cloud_api_url");
    cloud.metrics_url = values_.text("confluent_metrics_api_url");
    cloud.principal = values_.text("principal_id");
    cloud.environments = ids_of("environment_filter");
    cloud.access_point = values_.text("access_point");
    for (const auto* name : {"confluent_cloud_api_url", "confluent_metrics_api_url"}) {
      check_url(name);
    }
    if (values_.boolean("use_aws_secrets_manager")) {
      read_cloud_secret();
    } else {
      read_cloud_login();
    }
  }

  void check_url(const char* name) {
    const auto origin = http::service_origin(values_.text(name));
    if (!origin) {
      auto error = origin.error();
      error.message = fmt::format("{}: {}", shown_name(name), error.message);
      error.from = values_.entry(name).from;
      found_.add({std::move(error)});
    } else if (origin->is_open_on_the_way()) {
      found_.wrong(fmt::format("{} is plain http to {}: the API key could be read on the way",
                               shown_name(name), origin->host),
                   "https://..., or an address of this machine", values_.entry(name).from);
    }
  }

  void read_cloud_login() {
    if (!values_.has("confluent_cloud_credential")) return;
    const auto& given = values_.entry("confluent_cloud_credential");
    auto login =
        credentials::confluent_login_from(given.text, "CONFLUENT_CLOUD_CREDENTIAL", given.from);
    if (login) {
      options_.cloud.login = std::move(*login);
    } else {
      found_.add({std::move(login).error()});
    }
  }

  void read_cloud_secret() {
    if (values_.has("confluent_cloud_credential")) {
      warn({not_used("confluent_cloud_credential", "use_aws_secrets_manager")});
    }
    if (!values_.has("confluent_cloud_api_secret_path")) return;
    const auto& given = values_.entry("confluent_cloud_api_secret_path");
    auto name =
        credentials::secret_path_from(given.text, "CONFLUENT_CLOUD_API_SECRET_PATH", given.from);
    if (name) {
      options_.cloud.secret = std::move(*name);
    } else {
      found_.add({std::move(name).error()});
    }
  }

  // ---- clusters ----

  void read_clusters() {
    const bool by_name = values_.has("bootstrap_servers");
    if (!by_name && values_.boolean(from_cloud_name)) {
      read_from_cloud();
    } else if (!by_name && values_.boolean("use_aws_secrets_manager")) {
      read_secret_paths();
    } else if (!by_name && values_.has("kafka_credentials")) {
      read_credentials();
    } else {
      read_named();
    }
    warn_of_unused();
  }

  void warn_of_unused() {
    if (values_.has("bootstrap_servers")) {
      for (const auto* name : {"kafka_credentials", "kafka_api_secret_paths"}) {
        if (values_.has(name)) warn({not_used(name, "bootstrap_servers")});
      }
      if (values_.boolean(from_cloud_name)) warn({not_used(from_cloud_name, "bootstrap_servers")});
    } else if (values_.boolean(from_cloud_name)) {
      for (const auto* name : {"kafka_credentials", "kafka_api_secret_paths"}) {
        if (values_.has(name)) warn({not_used(name, from_cloud_name)});
      }
    } else if (values_.boolean("use_aws_secrets_manager") && values_.has("kafka_credentials")) {
      warn({not_used("kafka_credentials", "use_aws_secrets_manager")});
    }
  }

  [[nodiscard]] std::string not_used(const char* name, const char* because) const {
    return fmt::format("{} is not used: {} names the clusters", values_.entry(name).from,
                       values_.entry(because).from);
  }

  void read_from_cloud() {
    options_.from_cloud = true;
    require_login();
  }

  void require_login() {
    if (options_.cloud.has_login() || !found_.empty()) return;
    const bool secret = values_.boolean("use_aws_secrets_manager");
    found_.wrong("there is no API key of Confluent Cloud",
                 secret ? "CONFLUENT_CLOUD_API_SECRET_PATH={\"region_name\": ..., "
                          "\"secret_name\": ...}"
                        : "CONFLUENT_CLOUD_CREDENTIAL={\"confluent_cloud_api_key\": ..., "
                          "\"confluent_cloud_api_secret\": ...}",
                 values_.boolean(from_cloud_name) ? values_.entry(from_cloud_name).from : "");
  }

  void require_principal() {
    const auto& principal = options_.cloud.principal;
    if (principal.empty()) {
      found_.wrong("PRINCIPAL_ID is missing: whose shall the temporary API keys be?",
                   "the id of a service account (sa-...) or a user (u-...) that may read the "
                   "clusters",
                   values_.entry(from_cloud_name).from);
    } else if (!principal.starts_with("sa-") && !principal.starts_with("u-")) {
      found_.wrong(fmt::format("PRINCIPAL_ID '{}' is neither sa-... nor u-...", principal),
                   "the id of a service account or a user", values_.entry("principal_id").from);
    }
  }

  [[nodiscard]] bool names_a_cluster() const {
    return values_.has("bootstrap_servers") || values_.has("kafka_credentials") ||
           values_.has("kafka_api_secret_paths") ||
           config::find_property(options_.common, "bootstrap.servers") != nullptr;
  }

  void read_secret_paths() {
    const auto& from = values_.entry("use_aws_secrets_manager").from;
    if (!values_.has("kafka_api_secret_paths")) {
      found_.wrong(fmt::format("{} is True, but KAFKA_API_SECRET_PATHS names no secret", from),
                   "KAFKA_API_SECRET_PATHS=[{\"region_name\": ..., \"secret_name\": ...}]", from);
      return;
    }
    const auto& given = values_.entry("kafka_api_secret_paths");
    auto names = credentials::secret_paths_from(given.text, "KAFKA_API_SECRET_PATHS", given.from);
    if (names) {
      options_.kafka_secrets = std::move(*names);
    } else {
      found_.add(std::move(names).error());
    }
  }

  void read_credentials() {
    const auto& given = values_.entry("kafka_credentials");
    auto clusters = config::clusters_from_json(given.text, given.from);
    if (!clusters) {
      found_.add(std::move(clusters).error());
      return;
    }
    for (auto& access : *clusters) {
      found_.add(config::unreadable_files(access.properties));
      warn(access.warnings);
      options_.clusters.push_back(completed(std::move(access), options_.common));
    }
  }

  // One cluster, by --bootstrap-servers or the bootstrap.servers of --config.
  void read_named() {
    ClusterAccess access;
    access.properties = options_.common;
    if (values_.has("bootstrap_servers")) {
      config::set_property(access.properties,
                           {"bootstrap.servers", config::Secret(values_.text("bootstrap_servers")),
                            values_.entry("bootstrap_servers").from});
    }
    const auto* servers = config::find_property(access.properties, "bootstrap.servers");
    if (servers == nullptr || servers->value.empty()) {
      if (found_.empty()) {
        found_.wrong("no cluster is named",
                     "--bootstrap-servers HOST:PORT, or --config FILE with bootstrap.servers, or "
                     "KAFKA_CREDENTIALS, or "
                     "USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_KAFKA_CREDENTIALS=True");
      }
      return;
    }
    access.bootstrap_servers = servers->value.reveal();
    found_.add(config::bootstrap_errors(access.bootstrap_servers, servers->from));
    options_.clusters.push_back(std::move(access));
  }

  void warn(const std::vector<std::string>& warnings) {
    options_.warnings.insert(options_.warnings.end(), warnings.begin(), warnings.end());
  }

  const OptionValues& values_;
  FoundErrors& found_;
  ClusterOptions options_;
};

}  // namespace

config::ClusterAccess completed(config::ClusterAccess access,
                                const config::ClientProperties& common) {
  for (const auto& property : common) {
    if (config::find_property(access.properties, property.name) == nullptr) {
      access.properties.push_back(property);
    }
  }
  config::assume_confluent_defaults(access.properties);
  return access;
}

ClusterOptions cluster_options(const OptionValues& values, FoundErrors& found) {
  return ClusterOptionReader(values, found).read();
}

ClusterOptions listing_options(const OptionValues& values, FoundErrors& found) {
  return ClusterOptionReader(values, found).read_for_listing();
}

ClusterOptions cloud_options(const OptionValues& values, FoundErrors& found) {
  return ClusterOptionReader(values, found).read_cloud_alone();
}

}  // namespace partwise::app
