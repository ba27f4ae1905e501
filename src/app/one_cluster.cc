#include "app/one_cluster.h"

#include <atomic>

#include <fmt/format.h>

#include "app/cluster_keys.h"
#include "base/text.h"
#include "base/units.h"

namespace partwise::app {
namespace {

Result<> check_only(const FoundClusters& found) {
  if (found.clusters.size() == 1) return {};
  std::vector<std::string> names;
  for (const auto& cluster : found.clusters) {
    names.push_back(cluster.access.id.empty() ? cluster.access.bootstrap_servers
                                              : cluster.access.id);
  }
  return fail(
      ErrorKind::invalid_input,
      fmt::format("{} are named, and this is for one", counted_text(std::ssize(names), "cluster")),
      fmt::format("--kafka-cluster-filter with one of {}", joined(names, ", ")));
}

}  // namespace

Result<std::vector<std::string>> visit_only(
    const FoundClusters& found, const ClusterOptions& where, Outside& outside, Progress& progress,
    const std::stop_token& stop,
    const std::function<Result<>(const config::ClusterAccess&, const kafka::ClientSettings&)>&
        visit) {
  TRY(check_only(found));
  if (found.clusters.front().error) return tl::unexpected(*found.clusters.front().error);
  ClusterKeys keys(found, where, outside, progress);
  // Until the visit begins, a stop takes the key away at once; then the visit has to clean up
  // first.
  std::atomic<bool> visiting = false;
  std::stop_source keys_stop;
  const std::stop_callback forward(stop, [&] {
    if (!visiting) keys_stop.request_stop();
  });
  keys.make_all(keys_stop.get_token());
  const auto access = TRY(keys.access(0, stop));
  visiting = true;
  TRY(visit(access, {access.properties, where.timeout, false}));
  std::vector<std::string> left;
  for (const auto& error : keys.take_all_away()) left.push_back(error.message);
  return left;
}

}  // namespace partwise::app
