#include "credentials/confluent_selection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::credentials {
namespace {

bool has(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// "do you mean env-1?", for an id that is not among these things with id and display_name.
template <class Thing>
std::string hint_for(const std::string& id, const std::vector<Thing>& things) {
  std::vector<std::string> ids;
  for (const auto& thing : things) {
    if (thing.display_name == id)
      return fmt::format("{} is the name of {}: write the id", id, thing.id);
    ids.push_back(thing.id);
  }
  if (const auto meant = nearest(id, ids)) return fmt::format("do you mean {}?", *meant);
  return ids.empty() ? "" : fmt::format("there are: {}", quotable(joined(ids, ", ")));
}

template <class Thing>
const std::string* first_unknown(const std::vector<std::string>& ids,
                                 const std::vector<Thing>& things) {
  const auto unknown = std::find_if(ids.begin(), ids.end(), [&](const std::string& id) {
    return std::none_of(things.begin(), things.end(),
                        [&](const Thing& thing) { return thing.id == id; });
  });
  return unknown == ids.end() ? nullptr : &*unknown;
}

// Why a cluster cannot be visited; empty: it can.
std::string obstacle_of(const CloudCluster& cluster) {
  if (cluster.phase == "PROVISIONING") return "it is being provisioned";
  if (cluster.phase == "FAILED") return "its provisioning failed";
  if (cluster.endpoints.empty() && !cluster.own_endpoint) return "it has no bootstrap servers";
  return {};
}

Result<std::vector<CloudEnvironment>> chosen_environments(ConfluentCloud& cloud,
                                                          const std::vector<std::string>& wanted,
                                                          const std::stop_token& stop) {
  auto environments = TRY(cloud.environments(stop));
  if (const auto* unknown = first_unknown(wanted, environments)) {
    return fail(ErrorKind::invalid_input,
                fmt::format("there is no environment {} that this Cloud API key can see",
                            quotable(*unknown)),
                hint_for(*unknown, environments));
  }
  if (wanted.empty()) return environments;
  std::erase_if(environments, [&](const auto& each) { return !has(wanted, each.id); });
  return environments;
}

Error unknown_cluster(const std::string& id, const std::vector<CloudCluster>& seen,
                      const std::vector<CloudEnvironment>& environments, const Errors& failures) {
  std::vector<std::string> places;
  for (const auto& environment : environments) places.push_back(environment.id);
  auto message =
      fmt::format("there is no cluster {} that this Cloud API key can see in {}", quotable(id),
                  places.empty() ? "any environment" : quotable(joined(places, ", ")));
  if (failures.empty()) {
    return {ErrorKind::invalid_input, std::move(message), hint_for(id, seen), ""};
  }
  const auto& failure = failures.front();
  return {failure.kind, fmt::format("{}; {}", message, failure.message), failure.hint, ""};
}

}  // namespace

Result<ChosenClusters> chosen_clusters(ConfluentCloud& cloud, const ClusterFilter& filter,
                                       const std::stop_token& stop) {
  const auto environments = TRY(chosen_environments(cloud, filter.environments, stop));
  ChosenClusters chosen;
  chosen.environments = environments;
  std::vector<CloudCluster> seen;
  for (const auto& environment : environments) {
    auto clusters = cloud.clusters(environment.id, stop);
    if (clusters) {
      chosen.clusters_in[environment.id] = std::ssize(*clusters);
      seen.insert(seen.end(), clusters->begin(), clusters->end());
    } else if (clusters.error().kind == ErrorKind::interrupted) {
      return tl::unexpected(std::move(clusters).error());
    } else {
      chosen.failures.push_back(std::move(clusters).error());
    }
  }
  if (const auto* unknown = first_unknown(filter.clusters, seen)) {
    return tl::unexpected(unknown_cluster(*unknown, seen, environments, chosen.failures));
  }
  for (auto& cluster : seen) {
    if (!filter.clusters.empty() && !has(filter.clusters, cluster.id)) continue;
    auto obstacle = obstacle_of(cluster);
    if (obstacle.empty()) {
      chosen.clusters.push_back(std::move(cluster));
    } else {
      chosen.skipped.push_back({std::move(cluster), std::move(obstacle)});
    }
  }
  return chosen;
}

}  // namespace partwise::credentials
