// What a cluster consists of: brokers, topics, who leads and who keeps copies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::inventory {

struct BrokerPlace {
  int id = 0;
  std::string host;  ///< empty: it keeps replicas, but the cluster does not list it as being up
  int port = 0;
  std::string rack;  ///< empty: none is set, or the cluster does not tell

  [[nodiscard]] bool is_up() const { return !host.empty(); }
};

struct PartitionPlace {
  int leader = -1;  ///< broker id; below zero: none
  std::vector<int> replicas;
  std::vector<int> in_sync;

  [[nodiscard]] bool leaderless() const { return leader < 0; }
  /// Fewer copies are up to date than there should be: Kafka's own definition.
  [[nodiscard]] bool under_replicated() const { return in_sync.size() < replicas.size(); }
  /// Another broker than the first replica leads.
  [[nodiscard]] bool led_elsewhere() const {
    return !leaderless() && !replicas.empty() && leader != replicas.front();
  }
};

struct TopicPlace {
  std::string name;
  std::vector<PartitionPlace> partitions;    ///< by partition number
  std::optional<std::int64_t> stored_bytes;  ///< on the leaders' disks; empty: not told
  std::optional<Error> error;                ///< why the rest is not known
};

struct ClusterLayout {
  std::string cluster_id;
  std::string bootstrap_servers;
  int controller = -1;               ///< broker id; below zero: not told
  std::vector<BrokerPlace> brokers;  ///< by id
  std::vector<TopicPlace> topics;    ///< by name
  std::vector<std::string> warnings;
};

struct LayoutTotals {
  std::int64_t topics = 0;
  std::int64_t partitions = 0;
  std::int64_t replicas = 0;
  std::int64_t under_replicated = 0;
  std::int64_t leaderless = 0;
  std::int64_t failed_topics = 0;
  std::optional<std::int64_t> stored_bytes;  ///< of the topics that tell it
};

LayoutTotals totals(const ClusterLayout& layout);

/// What one broker carries.
struct BrokerShare {
  std::int64_t leads = 0;
  std::int64_t replicas = 0;
  std::int64_t behind = 0;  ///< of those: not in sync
};

/// In the order of the layout's brokers.
std::vector<BrokerShare> broker_shares(const ClusterLayout& layout);

}  // namespace partwise::inventory
