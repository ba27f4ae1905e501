// A Confluent Cloud in memory: environments, clusters, API keys, pages.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "credentials/confluent_cloud.h"
#include "http/exchange_fake.h"
#include "http/json_path.h"
#include "http/url.h"

namespace partwise::credentials {

/// Answers as the real one does: keys are made by 202, deleted by 204, and those that are gone are
/// 403; links to the next page have their token in the middle.
///
/// threads: any, once it is set up
class FakeControlPlane {
 public:
  using Trouble = std::function<std::optional<Result<http::Reply>>(const http::Request&)>;

  static constexpr const char* base = "https://api.example.com";

  http::FakeExchange exchange{[this](const http::Request& request) { return answer(request); }};
  ConfluentCloud cloud{exchange, base, {"CLOUDKEY", config::Secret("cloudsecret")}};

  std::vector<nlohmann::json> environments;
  std::map<std::string, std::vector<nlohmann::json>> clusters;  ///< by environment
  std::map<std::string, nlohmann::json> keys;                   ///< by id
  std::size_t page_most = 2;  ///< whatever page_size asks for, up to it
  Trouble instead;            ///< an answer without anything done
  Trouble afterwards;         ///< another answer to what was done

  void add_environment(const std::string& id, const std::string& name) {
    environments.push_back({{"id", id}, {"display_name", name}});
  }

  /// As older ones are: with the deprecated address alone.
  nlohmann::json& add_cluster(const std::string& environment, const std::string& id,
                              const std::string& phase = "PROVISIONED") {
    nlohmann::json cluster = {
        {"id", id}, {"spec", {{"display_name", "name of " + id}}}, {"status", {{"phase", phase}}}};
    if (phase == "PROVISIONED") {
      cluster["spec"]["kafka_bootstrap_endpoint"] = "SASL_SSL://" + id + ".example.com:9092";
    }
    return clusters[environment].emplace_back(std::move(cluster));
  }

  void add_key(const std::string& id, const std::string& display_name,
               const std::string& description, const std::string& owner,
               const std::string& cluster) {
    keys[id] = {{"id", id},
                {"spec",
                 {{"display_name", display_name},
                  {"description", description},
                  {"owner", {{"id", owner}}},
                  {"resource", {{"id", cluster}}}}}};
  }

  /// "GET /cmk/v2/clusters" of each request, without queries.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> lines;
    for (const auto& request : exchange.requests()) lines.push_back(line_of(request));
    return lines;
  }
  [[nodiscard]] std::ptrdiff_t asked(const std::string& line) const {
    const auto lines = asked();
    return std::count(lines.begin(), lines.end(), line);
  }
  static std::string line_of(const http::Request& request) {
    return request.method + " " + path_of(request.url);
  }

  static http::Reply refusal(int status, const std::string& detail) {
    return {status,
            {{"X-Request-Id", "req-1"}},
            nlohmann::json({{"errors", {{{"status", std::to_string(status)}, {"detail", detail}}}}})
                .dump()};
  }

 private:
  static std::string path_of(const std::string& url) {
    const auto path = url.substr(std::string_view(base).size());
    return path.substr(0, path.find('?'));
  }
  static std::string parameter(const http::Request& request, const char* name) {
    return http::query_value(request.url, name).value().value_or("");
  }

  Result<http::Reply> answer(const http::Request& request) {
    if (!request.url.starts_with(base)) return refusal(400, "another host");
    if (!request.login || request.login->user != "CLOUDKEY" ||
        request.login->password.reveal() != "cloudsecret") {
      return refusal(401, "Unauthorized");
    }
    if (instead) {
      if (auto trouble = instead(request)) return *trouble;
    }
    auto reply = done(request);
    if (afterwards) {
      if (auto trouble = afterwards(request)) return *trouble;
    }
    return reply;
  }

  http::Reply done(const http::Request& request) {
    const auto path = path_of(request.url);
    const std::string key_path = "/iam/v2/api-keys";
    if (path == "/org/v2/environments") return page(request, environments);
    if (path == "/cmk/v2/clusters")
      return page(request, clusters[parameter(request, "environment")]);
    if (path == key_path) return request.method == "POST" ? made(request) : listed(request);
    if (!path.starts_with(key_path + "/")) return refusal(404, "Not Found");
    const auto key = keys.find(path.substr(key_path.size() + 1));
    if (key == keys.end()) return refusal(403, "Forbidden Access");
    if (request.method == "GET") return {200, {}, key->second.dump()};
    keys.erase(key);
    return {204, {}, ""};
  }

  http::Reply made(const http::Request& request) {
    auto key = nlohmann::json::parse(request.body);
    const auto id = fmt::format("KEY{}", ++made_);
    key["id"] = id;
    keys[id] = key;
    key["spec"]["secret"] = "secret of " + id;
    return {202, {}, key.dump()};
  }

  http::Reply listed(const http::Request& request) {
    std::vector<nlohmann::json> found;
    for (const auto& [id, key] : keys) {
      const auto owner = parameter(request, "spec.owner");
      const auto cluster = parameter(request, "spec.resource");
      if (!owner.empty() && http::text_at(key, {"spec", "owner", "id"}) != owner) continue;
      if (!cluster.empty() && http::text_at(key, {"spec", "resource", "id"}) != cluster) continue;
      found.push_back(key);
    }
    return page(request, found);
  }

  http::Reply page(const http::Request& request, const std::vector<nlohmann::json>& items) const {
    const auto token = parameter(request, "page_token");
    // "+/=" is what base64 has and URLs escape.
    const auto first = token.empty() ? 0 : std::stoul(token.substr(0, token.find('+')));
    const auto size =
        std::min(page_most, static_cast<std::size_t>(std::stoul(parameter(request, "page_size"))));
    nlohmann::json body = {{"data", nlohmann::json::array()}, {"metadata", {{"first", base}}}};
    for (auto i = first; i < std::min(first + size, items.size()); ++i) {
      body["data"].push_back(items[i]);
    }
    if (first + size < items.size()) {
      body["metadata"]["next"] = fmt::format(
          "https://elsewhere.example.org/x?page_token={}%2B%2F%3D&environment=env-9", first + size);
    }
    return {200, {}, body.dump()};
  }

  int made_ = 0;
};

}  // namespace partwise::credentials
