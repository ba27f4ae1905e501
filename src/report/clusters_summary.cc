#include "report/clusters_summary.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace partwise::report {
namespace {

using sizing::ClusterStatus;
using Names = std::vector<std::string>;

constexpr std::size_t names_shown = 10;

Names names_with(const sizing::RecommendReport& run, ClusterStatus status) {
  Names names;
  for (const auto& cluster : run.clusters) {
    if (cluster.status != status) continue;
    names.push_back(cluster.cluster_id.empty() ? cluster.bootstrap_servers : cluster.cluster_id);
  }
  return names;
}

std::string count_line(std::string_view what, const Names& names) {
  if (names.empty()) return fmt::format("  {} Kafka cluster analyses: 0\n", what);
  const Names shown(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(
                                                       std::min(names.size(), names_shown)));
  const auto more = names.size() - shown.size();
  return fmt::format("  {} Kafka cluster analyses: {} ({}{})\n", what, names.size(),
                     joined(shown, ", "), more > 0 ? fmt::format(", and {} more", more) : "");
}

std::string verdict(std::size_t successful, std::size_t failed, std::size_t all) {
  if (successful == all) return "ALL KAFKA CLUSTER ANALYSES COMPLETED SUCCESSFULLY.";
  if (failed == all) return "ALL KAFKA CLUSTER ANALYSES FAILED.";
  return fmt::format("PARTIAL SUCCESS: {} of {} KAFKA CLUSTERS ANALYZED SUCCESSFULLY.", successful,
                     all);
}

std::string topics_line(const sizing::RecommendReport& run) {
  sizing::ClusterTotals all;
  for (const auto& cluster : run.clusters) {
    const auto sum = totals(cluster);
    all.topics += sum.topics;
    all.active += sum.active;
    all.empty += sum.empty;
    all.failed += sum.failed;
    all.partitions += sum.partitions;
  }
  return fmt::format("  Topics: {} with {}; {} measured, {} empty, {} not measured\n",
                     count_text(all.topics), counted_text(all.partitions, "partition"), all.active,
                     all.empty, all.failed);
}

}  // namespace

std::string clusters_summary(const sizing::RecommendReport& run) {
  const auto all = run.clusters.size();
  if (all < 2) return {};
  const auto successful = names_with(run, ClusterStatus::ok).size();
  const auto failed = names_with(run, ClusterStatus::failed);
  const auto interrupted = names_with(run, ClusterStatus::interrupted);
  auto text = fmt::format(
      "\n  Total Kafka clusters analyzed: {}\n  Successful Kafka cluster analyses: {}\n", all,
      successful);
  text += count_line("Partial", names_with(run, ClusterStatus::partial));
  text += count_line("Failed", failed);
  if (!interrupted.empty()) text += count_line("Interrupted", interrupted);
  return text + topics_line(run) + "  " + verdict(successful, failed.size(), all) + "\n";
}

}  // namespace partwise::report
