// Clusters, and what is in them, for people.
#pragma once

#include <string>

#include "inventory/cluster_layout.h"
#include "inventory/cluster_list.h"
#include "report/style.h"

namespace partwise::report {

/// Environments, if any; then a line for each cluster, those that are skipped with the reason.
std::string table(const inventory::ClusterList& list, const Style& style);

/// Totals, brokers, topics. With `partitions`, also a line for each partition; without, for those
/// that lack a copy or a leader.
std::string table(const inventory::ClusterLayout& layout, bool partitions, const Style& style);

}  // namespace partwise::report
