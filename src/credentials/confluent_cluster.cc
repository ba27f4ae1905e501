#include "credentials/confluent_cluster.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::credentials {
namespace {

constexpr const char* public_access_point = "PUBLIC";

const KafkaEndpoint* found(const CloudCluster& cluster, const std::string& access_point) {
  const auto at = std::find_if(
      cluster.endpoints.begin(), cluster.endpoints.end(),
      [&](const KafkaEndpoint& endpoint) { return endpoint.access_point == access_point; });
  return at == cluster.endpoints.end() ? nullptr : &*at;
}

std::string hint_for(const CloudCluster& cluster, const std::string& wanted) {
  if (cluster.endpoints.empty()) {
    return cluster.own_endpoint ? "leave the access point out: the cluster has one address only"
                                : "wait until the cluster has been provisioned";
  }
  std::vector<std::string> names;
  std::vector<std::string> shown;
  for (const auto& [access_point, bootstrap, http, connection] : cluster.endpoints) {
    names.push_back(access_point);
    shown.push_back(fmt::format("{} ({}{}{})", access_point, connection,
                                connection.empty() ? "" : ", ", bootstrap));
  }
  const auto meant = nearest(wanted, names);
  return fmt::format("{}it has these access points: {}",
                     meant ? fmt::format("do you mean {}? ", *meant) : "", joined(shown, "; "));
}

}  // namespace

Result<KafkaEndpoint> chosen_endpoint(const CloudCluster& cluster,
                                      const std::string& wanted_access_point) {
  const auto& wanted = wanted_access_point.empty() ? public_access_point : wanted_access_point;
  if (const auto* endpoint = found(cluster, wanted)) return *endpoint;
  if (wanted_access_point.empty() && cluster.own_endpoint) return *cluster.own_endpoint;
  auto message = wanted_access_point.empty()
                     ? fmt::format("cluster {} has no public address", cluster.id)
                     : fmt::format("cluster {} has no access point {}", cluster.id,
                                   quotable(wanted_access_point));
  return fail(ErrorKind::invalid_input, std::move(message), hint_for(cluster, wanted_access_point));
}

}  // namespace partwise::credentials
