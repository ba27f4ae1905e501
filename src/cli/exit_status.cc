#include "cli/exit_status.h"

#include <algorithm>

namespace partwise::cli {

using sizing::ClusterStatus;

ExitStatus exit_status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid_input:
      return bad_usage;
    case ErrorKind::unauthorized:
      return not_authorized;
    case ErrorKind::interrupted:
      return interrupted;
    default:
      return failed;
  }
}

ExitStatus exit_status_of(const sizing::RecommendReport& report) {
  const auto& clusters = report.clusters;
  const auto all = [&](ClusterStatus status) {
    return std::all_of(clusters.begin(), clusters.end(),
                       [status](const auto& cluster) { return cluster.status == status; });
  };
  const bool stopped = std::any_of(clusters.begin(), clusters.end(), [](const auto& cluster) {
    return cluster.status == ClusterStatus::interrupted;
  });
  if (stopped) return interrupted;
  if (all(ClusterStatus::ok)) return report.keys_left.empty() ? done : done_in_part;
  if (!all(ClusterStatus::failed)) return done_in_part;

  // All failed: their common trouble, if they have one.
  const auto first = exit_status_of(*clusters.front().error);
  const bool common = std::all_of(clusters.begin(), clusters.end(), [first](const auto& cluster) {
    return exit_status_of(*cluster.error) == first;
  });
  return common ? first : failed;
}

}  // namespace partwise::cli
