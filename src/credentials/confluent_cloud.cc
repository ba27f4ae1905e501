#include "credentials/confluent_cloud.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "credentials/confluent_answer.h"
#include "credentials/confluent_page.h"
#include "credentials/key_note.h"
#include "http/json_path.h"
#include "http/url.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;
using Path = std::initializer_list<const char*>;

constexpr const char* keys_path = "iam/v2/api-keys";
// For what must come to an end although somebody waits for the program to end.
constexpr Millis clean_up_patience{30'000};

std::string shown_at(const json& document, Path path) {
  return quotable(http::text_at(document, path));
}

std::string without_protocol(const std::string& address) {
  const auto colon = address.find("://");
  return colon == std::string::npos ? address : address.substr(colon + 3);
}

std::optional<KafkaEndpoint> endpoint_in(const json& fields, std::string access_point) {
  KafkaEndpoint endpoint;
  endpoint.access_point = std::move(access_point);
  endpoint.bootstrap = without_protocol(shown_at(fields, {"kafka_bootstrap_endpoint"}));
  endpoint.http = shown_at(fields, {"http_endpoint"});
  endpoint.connection = shown_at(fields, {"connection_type"});
  if (endpoint.bootstrap.empty()) return std::nullopt;
  return endpoint;
}

CloudCluster cluster_in(const json& item, const std::string& environment) {
  CloudCluster cluster;
  cluster.id = shown_at(item, {"id"});
  cluster.environment = shown_at(item, {"spec", "environment", "id"});
  if (cluster.environment.empty()) cluster.environment = environment;
  cluster.phase = shown_at(item, {"status", "phase"});
  cluster.cku = http::count_at(item, {"status", "cku"});
  const auto* spec = http::value_at(item, {"spec"});
  if (spec == nullptr) return cluster;
  cluster.display_name = shown_at(*spec, {"display_name"});
  cluster.cloud = shown_at(*spec, {"cloud"});
  cluster.region = shown_at(*spec, {"region"});
  cluster.kind = shown_at(*spec, {"config", "kind"});
  cluster.availability = shown_at(*spec, {"availability"});
  if (!cluster.cku) cluster.cku = http::count_at(*spec, {"config", "cku"});
  cluster.max_ecku = http::count_at(*spec, {"config", "max_ecku"});
  cluster.own_endpoint = endpoint_in(*spec, "");
  const auto* endpoints = http::value_at(*spec, {"endpoints"});
  if (endpoints == nullptr || !endpoints->is_object()) return cluster;
  for (const auto& [access_point, fields] : endpoints->items()) {
    if (auto endpoint = endpoint_in(fields, quotable(access_point))) {
      cluster.endpoints.push_back(*std::move(endpoint));
    }
  }
  return cluster;
}

ListedApiKey key_in(const json& item) {
  ListedApiKey key;
  key.id = shown_at(item, {"id"});
  key.display_name = shown_at(item, {"spec", "display_name"});
  key.description = shown_at(item, {"spec", "description"});
  key.owner = shown_at(item, {"spec", "owner", "id"});
  key.created_at = shown_at(item, {"metadata", "created_at"});
  key.cluster = shown_at(item, {"spec", "resource", "id"});
  const auto* resources = http::value_at(item, {"spec", "resources"});
  if (key.cluster.empty() && resources != nullptr && resources->is_array() && !resources->empty()) {
    key.cluster = shown_at(resources->front(), {"id"});
  }
  return key;
}

// A key that was not made, or whose secret nobody knows.
struct NoKey {
  Error error;
  bool lost;  // the service may have made it
};

NoKey lost(Error error) {
  // Other kinds say that there is no key.
  if (error.kind != ErrorKind::timeout && error.kind != ErrorKind::corrupt) {
    error.kind = ErrorKind::unavailable;
  }
  return {std::move(error), true};
}

// Whether the request was refused before it left this machine.
bool never_sent(ErrorKind kind) {
  return kind == ErrorKind::invalid_input || kind == ErrorKind::unauthorized;
}

tl::expected<ApiKey, NoKey> created_once(const ConfluentAccess& access, const ApiKeyOrder& order) {
  ConfluentRequest request;
  request.what = fmt::format("making an API key for cluster {}", order.cluster);
  request.path = keys_path;
  request.method = "POST";
  request.body = json({{"spec",
                        {{"display_name", order.display_name},
                         {"description", order.description},
                         {"owner", {{"id", order.owner}}},
                         {"resource", {{"id", order.cluster}}}}}})
                     .dump(-1, ' ', false, json::error_handler_t::replace);
  request.patience = clean_up_patience;
  // A reply that nobody waits for is a key that nobody knows.
  const auto reply = confluent_reply(access, request, std::stop_token());
  if (!reply) {
    if (never_sent(reply.error().kind)) return tl::unexpected(NoKey{reply.error(), false});
    return tl::unexpected(lost(reply.error()));
  }
  if (reply->status >= 400 && reply->status < 500) {
    return tl::unexpected(NoKey{confluent_error(*reply, request.what), false});
  }
  if (!reply->ok()) return tl::unexpected(lost(confluent_error(*reply, request.what)));
  const auto document = json::parse(reply->body, nullptr, false);
  ApiKey key = {http::text_at(document, {"id"}),
                config::Secret(http::text_at(document, {"spec", "secret"})), false};
  if (key.id.empty() || key.secret.empty()) {
    return tl::unexpected(
        lost(confluent_nonsense(*reply, request.what, "the answer has no key and secret in it")));
  }
  return key;
}

}  // namespace

ConfluentCloud::ConfluentCloud(http::Exchange& exchange, std::string base_url, http::Login login)
    : access_{exchange, std::move(base_url), std::move(login)} {}

Result<std::vector<CloudEnvironment>> ConfluentCloud::environments(const std::stop_token& stop) {
  ConfluentRequest list;
  list.what = "listing the environments of Confluent Cloud";
  list.path = "org/v2/environments";
  std::vector<CloudEnvironment> environments;
  const auto items = TRY(confluent_items(access_, list, stop));
  for (const auto& item : items) {
    environments.push_back({http::text_at(item, {"id"}), shown_at(item, {"display_name"}),
                            shown_at(item, {"stream_governance_config", "package"})});
  }
  return environments;
}

Result<std::vector<CloudCluster>> ConfluentCloud::clusters(const std::string& environment,
                                                           const std::stop_token& stop) {
  ConfluentRequest list;
  list.what = fmt::format("listing the clusters of environment {}", environment);
  list.path = "cmk/v2/clusters";
  list.query = {{"environment", environment}};
  std::vector<CloudCluster> clusters;
  const auto items = TRY(confluent_items(access_, list, stop));
  for (const auto& item : items) {
    clusters.push_back(cluster_in(item, environment));
  }
  return clusters;
}

Result<std::vector<ListedApiKey>> ConfluentCloud::keys(const std::string& owner,
                                                       const std::string& cluster,
                                                       const std::stop_token& stop,
                                                       Millis patience) {
  ConfluentRequest list;
  list.what = fmt::format("listing the API keys{}{}{}{}", owner.empty() ? "" : " of ", owner,
                          cluster.empty() ? "" : " for cluster ", cluster);
  list.path = keys_path;
  if (!owner.empty()) list.query.push_back({"spec.owner", owner});
  if (!cluster.empty()) list.query.push_back({"spec.resource", cluster});
  list.patience = patience;
  std::vector<ListedApiKey> keys;
  const auto items = TRY(confluent_items(access_, list, stop));
  for (const auto& item : items) keys.push_back(key_in(item));
  return keys;
}

Result<std::vector<ListedApiKey>> ConfluentCloud::leftovers(const std::string& owner,
                                                            const std::string& cluster,
                                                            const std::stop_token& stop) {
  auto found = TRY(keys(owner, cluster, stop));
  std::erase_if(found, [](const auto& key) { return !marked_as_ours(key.display_name); });
  return found;
}

Result<ApiKey> ConfluentCloud::create_key(const ApiKeyOrder& order, const std::stop_token& stop) {
  if (stop.stop_requested()) {
    return fail(ErrorKind::interrupted,
                fmt::format("interrupted before an API key for {} was made", order.cluster));
  }
  for (bool again = false;; again = true) {
    auto created = created_once(access_, order);
    if (created) {
      created->second = again;
      return *std::move(created);
    }
    auto error = std::move(created.error().error);
    if (!created.error().lost) return tl::unexpected(std::move(error));
    if (const auto deleted = delete_lost(order); !deleted) {
      error.message += fmt::format("; so a key may have been made, and it could not be deleted: {}",
                                   deleted.error().message);
      error.hint = fmt::format("delete the API key whose description is \"{}\"", order.description);
      return tl::unexpected(std::move(error));
    }
    if (again || stop.stop_requested()) return tl::unexpected(std::move(error));
  }
}

Result<> ConfluentCloud::delete_lost(const ApiKeyOrder& order) {
  const auto listed = TRY(keys(order.owner, order.cluster, std::stop_token(), clean_up_patience));
  for (const auto& key : listed) {
    if (key.description != quotable(order.description)) continue;
    TRY(delete_key(key.id, clean_up_patience, std::stop_token()));
  }
  return {};
}

Result<bool> ConfluentCloud::is_in_no_list(const std::string& id, Millis patience,
                                           const std::stop_token& stop) {
  const auto listed = TRY(keys({}, {}, stop, patience));
  return std::none_of(listed.begin(), listed.end(), [&](const auto& key) { return key.id == id; });
}

Result<> ConfluentCloud::delete_key(const std::string& id, Millis patience,
                                    const std::stop_token& stop) {
  ConfluentRequest request;
  request.what = fmt::format("deleting API key {}", quotable(id));
  request.path = fmt::format("{}/{}", keys_path, http::percent_encoded(id));
  request.method = "DELETE";
  request.patience = patience;
  const auto reply = TRY(confluent_reply(access_, request, stop));
  if (reply.ok() || reply.status == 404) return {};
  if (reply.status == 403) {
    // It says so of keys that are gone, and of those that this login may not delete, or no more:
    // one that can still be read is there, and only a list that may be read tells that one is not.
    request.method = "GET";
    const auto read = TRY(confluent_reply(access_, request, stop));
    if (read.status == 404) return {};
    if (read.status == 403 && TRY(is_in_no_list(id, patience, stop))) return {};
  }
  return tl::unexpected(confluent_error(reply, request.what));
}

}  // namespace partwise::credentials
