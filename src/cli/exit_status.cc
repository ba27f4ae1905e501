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

ExitStatus exit_status_of(const std::vector<ClusterEnd>& ends) {
  const auto any = [&](auto has) { return std::any_of(ends.begin(), ends.end(), has); };
  if (any([](const auto& end) { return end.status == interrupted; })) return interrupted;
  if (any([](const auto& end) { return end.status == done; })) {
    const bool missing = any([](const auto& end) { return end.status != done || end.in_part; });
    return missing ? done_in_part : done;
  }
  if (ends.empty()) return done;
  const auto first = ends.front().status;
  return any([first](const auto& end) { return end.status != first; }) ? failed : first;
}

ExitStatus exit_status_of(const sizing::RecommendReport& report) {
  std::vector<ClusterEnd> ends;
  for (const auto& cluster : report.clusters) {
    const bool nothing =
        cluster.status == ClusterStatus::failed || cluster.status == ClusterStatus::interrupted;
    ends.push_back({nothing ? exit_status_of(*cluster.error) : done,
                    cluster.status == ClusterStatus::partial});
  }
  const auto status = exit_status_of(ends);
  return status == done && !report.keys_left.empty() ? done_in_part : status;
}

}  // namespace partwise::cli
