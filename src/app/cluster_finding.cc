#include "app/cluster_finding.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/found_errors.h"
#include "base/text.h"
#include "credentials/aws_secrets_manager.h"
#include "credentials/confluent_credential.h"
#include "credentials/confluent_selection.h"
#include "http/url.h"

namespace partwise::app {
namespace {

using config::ClusterAccess;
using credentials::CloudCluster;
using inventory::ListedCluster;

const char* named_origin(const ClusterAccess& access) {
  return access.id.empty() ? "bootstrap.servers" : "KAFKA_CREDENTIALS";
}

ListedCluster listed(const ClusterAccess& access, std::string origin) {
  ListedCluster cluster;
  cluster.id = access.id;
  cluster.environment = access.environment;
  cluster.origin = std::move(origin);
  cluster.bootstrap_servers = access.bootstrap_servers;
  return cluster;
}

ListedCluster listed(const CloudCluster& found) {
  ListedCluster cluster;
  cluster.id = found.id;
  cluster.name = found.display_name;
  cluster.environment = found.environment;
  cluster.origin = "Confluent Cloud";
  cluster.type = found.kind;
  cluster.availability = found.availability;
  cluster.cloud = found.cloud;
  cluster.region = found.region;
  cluster.phase = found.phase;
  for (const auto& endpoint : found.endpoints) {
    cluster.endpoints.push_back(
        {endpoint.access_point, endpoint.bootstrap, endpoint.http, endpoint.connection});
  }
  return cluster;
}

/// From the options to the clusters, place by place.
class Finder {
 public:
  Finder(const ClusterOptions& options, Outside& outside, const std::stop_token& stop)
      : options_(options), outside_(outside), stop_(stop) {}

  Result<FoundClusters> run() {
    // A login that nobody needs may be as unreadable as it likes.
    if (options_.from_cloud || options_.cloud.for_metrics) {
      found_.cloud_login = TRY(cloud_login(options_, outside_, stop_));
    }
    if (options_.from_cloud) {
      TRY(ask_cloud());
    } else if (!options_.kafka_secrets.empty()) {
      TRY(ask_secrets());
    } else {
      for (const auto& access : options_.clusters) add(access, named_origin(access));
    }
    if (!options_.from_cloud) TRY(keep_chosen());
    return std::move(found_);
  }

 private:
  void add(ClusterAccess access, const std::string& origin) {
    found_.list.clusters.push_back(listed(access, origin));
    found_.clusters.push_back({std::move(access), false, {}});
  }

  // The error's words name the thing, too.
  void add_failed(const std::string& id, const std::string& what, Error error) {
    found_.list.failures.push_back({what, error});
    ClusterAccess access;
    access.id = id;
    found_.clusters.push_back({std::move(access), false, std::move(error)});
  }

  // ---- secrets ----

  Result<> ask_secrets() {
    std::set<std::string> ids;
    for (const auto& name : options_.kafka_secrets) {
      const auto what = "secret " + name.secret_name;
      auto clusters = clusters_in(name, what);
      if (!clusters) {
        auto error = in_one(std::move(clusters).error());
        if (error.kind == ErrorKind::interrupted) return tl::unexpected(std::move(error));
        // Its name may have what file names cannot have, and no file is to be named by it.
        if (error.message.find(name.secret_name) == std::string::npos) {
          error.message = what + ": " + error.message;
        }
        add_failed({}, what, std::move(error));
        continue;
      }
      for (auto& access : *clusters) {
        for (const auto& warning : access.warnings) {
          found_.warnings.push_back(fmt::format("{}: {}", what, warning));
        }
        if (ids.insert(access.id).second) {
          add(completed(std::move(access), options_.common), what);
        } else {
          add_failed(
              {}, what,
              {ErrorKind::invalid_input,
               fmt::format("{}: kafka_cluster_id {} is in another secret, too", what, access.id),
               "name each cluster once in KAFKA_API_SECRET_PATHS",
               {}});
        }
      }
    }
    return {};
  }

  tl::expected<std::vector<ClusterAccess>, Errors> clusters_in(const credentials::SecretName& name,
                                                               const std::string& what) {
    const auto text = credentials::SecretsManager(outside_.aws()).secret(name, stop_);
    if (!text) return tl::unexpected(Errors{text.error()});
    auto clusters = config::clusters_from_json(text->reveal(), "AWS Secrets Manager", what);
    if (!clusters) return clusters;
    FoundErrors unreadable;
    for (const auto& access : *clusters)
      unreadable.add(config::unreadable_files(access.properties));
    return std::move(unreadable).unless_any(std::move(*clusters));
  }

  // A cluster has one error: that of several has all their messages.
  static Error in_one(Errors errors) {
    auto one = std::move(errors.front());
    for (std::size_t i = 1; i < errors.size(); ++i) one.message += "; " + errors[i].message;
    return one;
  }

  // Of named clusters: those whose id the filter has.
  Result<> keep_chosen() {
    const auto& filter = options_.filter;
    const bool named = std::any_of(found_.clusters.begin(), found_.clusters.end(),
                                   [](const auto& each) { return !each.access.id.empty(); });
    if (filter.empty() || !named) return {};
    const auto passed_over = [&](const auto& id) {
      return !id.empty() && std::find(filter.begin(), filter.end(), id) == filter.end();
    };
    std::vector<std::string> ids;
    for (const auto& cluster : found_.clusters) {
      if (!cluster.access.id.empty()) ids.push_back(cluster.access.id);
    }
    for (const auto& id : filter) {
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
      return tl::unexpected(unknown(id, ids));
    }
    std::erase_if(found_.clusters, [&](const auto& each) { return passed_over(each.access.id); });
    std::erase_if(found_.list.clusters, [&](const auto& each) { return passed_over(each.id); });
    return {};
  }

  // What could not be read may have it.
  [[nodiscard]] Error unknown(const std::string& id, const std::vector<std::string>& ids) const {
    auto message = fmt::format("KAFKA_CLUSTER_FILTER: no cluster {} among {}", id, ids.size());
    const auto& failures = found_.list.failures;
    if (!failures.empty()) {
      const auto& failure = failures.front().error;
      return {failure.kind, fmt::format("{}; {}", message, failure.message), failure.hint, {}};
    }
    const auto close = nearest(id, ids);
    return {ErrorKind::invalid_input,
            std::move(message),
            close ? fmt::format("is {} meant?", *close) : "partwise cluster list",
            {}};
  }

  // ---- Confluent Cloud ----

  Result<> ask_cloud() {
    credentials::ConfluentCloud cloud(outside_.services(), options_.cloud.api_url,
                                      *found_.cloud_login);
    auto chosen = TRY(
        credentials::chosen_clusters(cloud, {options_.cloud.environments, options_.filter}, stop_));
    for (const auto& environment : chosen.environments) {
      const auto counted = chosen.clusters_in.find(environment.id);
      found_.list.environments.push_back({environment.id, environment.display_name, {}});
      if (counted != chosen.clusters_in.end()) {
        found_.list.environments.back().clusters = counted->second;
      }
    }
    for (const auto& cluster : chosen.clusters) add(cluster);
    for (const auto& [cluster, reason] : chosen.skipped) {
      found_.list.clusters.push_back(listed(cluster));
      found_.list.clusters.back().skipped = reason;
    }
    for (auto& error : chosen.failures) add_failed({}, "Confluent Cloud", std::move(error));
    return {};
  }

  void add(const CloudCluster& cluster) {
    found_.list.clusters.push_back(listed(cluster));
    const auto endpoint = credentials::chosen_endpoint(cluster, options_.cloud.access_point);
    if (!endpoint) {
      add_failed(cluster.id, "cluster " + cluster.id, endpoint.error());
      return;
    }
    found_.list.clusters.back().bootstrap_servers = endpoint->bootstrap;
    ClusterAccess access;
    access.id = cluster.id;
    access.environment = cluster.environment;
    access.bootstrap_servers = endpoint->bootstrap;
    config::set_property(
        access.properties,
        {"bootstrap.servers", config::Secret(endpoint->bootstrap), "Confluent Cloud"});
    found_.clusters.push_back({std::move(access), true, {}});
  }

  const ClusterOptions& options_;
  Outside& outside_;
  const std::stop_token& stop_;
  FoundClusters found_;
};

// Whether all addresses are of this machine.
bool is_here(const std::string& bootstrap_servers) {
  const auto addresses = partwise::listed(bootstrap_servers);
  return std::all_of(addresses.begin(), addresses.end(), [](const auto& address) {
    const auto origin = http::origin_of("http://" + address);
    return origin && origin->is_loopback();
  });
}

// A temporary key must not be sent so that others can read it, and works by one login alone.
Result<> check_login_of_keys(const config::ClientProperties& common) {
  for (const auto& [name, only] :
       {std::pair("security.protocol", "SASL_SSL"), std::pair("sasl.mechanism", "PLAIN")}) {
    const auto* property = config::find_property(common, name);
    if (property == nullptr || lowered(property->value.reveal()) == lowered(only)) continue;
    return fail(ErrorKind::invalid_input,
                fmt::format("{} is not {}: clusters of Confluent Cloud take their temporary API "
                            "keys by SASL_SSL and PLAIN alone",
                            name, only),
                fmt::format("leave {} out of --config", name), property->from);
  }
  return {};
}

}  // namespace

Result<http::Login> cloud_login(const ClusterOptions& options, Outside& outside,
                                const std::stop_token& stop) {
  if (options.cloud.login) return *options.cloud.login;
  const auto& name = *options.cloud.secret;
  const auto text = TRY(credentials::SecretsManager(outside.aws()).secret(name, stop));
  return credentials::confluent_login_from(text.reveal(), "secret " + name.secret_name,
                                           "AWS Secrets Manager");
}

std::vector<std::string> skipped_texts(const FoundClusters& found) {
  std::vector<std::string> texts;
  for (const auto& cluster : found.list.clusters) {
    if (cluster.skipped.empty()) continue;
    texts.push_back(fmt::format("cluster {} is skipped: {}", cluster.id, cluster.skipped));
  }
  return texts;
}

Result<> check_visit(const FoundClusters& found, const ClusterOptions& options) {
  if (found.clusters.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("Confluent Cloud shows no cluster that can be visited{}",
                            found.list.clusters.empty() ? "" : ": all are skipped"),
                "partwise cluster list shows them, with the reason");
  }
  const bool sent_away =
      std::any_of(found.clusters.begin(), found.clusters.end(), [](const auto& cluster) {
        return cluster.needs_key && !is_here(cluster.access.bootstrap_servers);
      });
  if (sent_away) TRY(check_login_of_keys(options.common));
  return {};
}

Result<FoundClusters> find_clusters(const ClusterOptions& options, Outside& outside,
                                    const std::stop_token& stop) {
  return Finder(options, outside, stop).run();
}

}  // namespace partwise::app
