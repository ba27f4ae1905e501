#include "inventory/cluster_layout.h"

#include <algorithm>
#include <cstddef>
#include <map>

namespace partwise::inventory {

LayoutTotals totals(const ClusterLayout& layout) {
  LayoutTotals sum;
  for (const auto& topic : layout.topics) {
    ++sum.topics;
    if (topic.error) ++sum.failed_topics;
    if (topic.stored_bytes) sum.stored_bytes = sum.stored_bytes.value_or(0) + *topic.stored_bytes;
    for (const auto& partition : topic.partitions) {
      ++sum.partitions;
      sum.replicas += std::ssize(partition.replicas);
      sum.under_replicated += partition.under_replicated() ? 1 : 0;
      sum.leaderless += partition.leaderless() ? 1 : 0;
    }
  }
  return sum;
}

std::vector<BrokerShare> broker_shares(const ClusterLayout& layout) {
  std::map<int, BrokerShare> by_id;
  for (const auto& topic : layout.topics) {
    for (const auto& partition : topic.partitions) {
      if (!partition.leaderless()) ++by_id[partition.leader].leads;
      for (const int replica : partition.replicas) {
        const auto& in_sync = partition.in_sync;
        const bool behind = std::find(in_sync.begin(), in_sync.end(), replica) == in_sync.end();
        ++by_id[replica].replicas;
        if (behind) ++by_id[replica].behind;
      }
    }
  }
  std::vector<BrokerShare> shares;
  for (const auto& broker : layout.brokers) shares.push_back(by_id[broker.id]);
  return shares;
}

}  // namespace partwise::inventory
