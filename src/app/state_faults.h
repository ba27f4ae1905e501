// Faults that are a state of the cluster: who is down, who leads, what retention has taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broker/cluster.h"

namespace partwise::app {

/// A broker that goes or comes.
struct BrokerFault {
  int id = 0;
  bool up = false;
  Millis after{0};  ///< from the start
};

/// What befalls a partition; several things at once, where several are set.
struct PartitionFault {
  std::string topic;
  int partition = 0;
  std::optional<int> leader;                  ///< a broker's id; -1: nobody
  std::vector<int> offline;                   ///< replicas
  std::optional<std::int64_t> delete_before;  ///< records below this offset go
  Millis after{0};
};

/// errors: not_found for a broker, topic, partition or replica that is not there
Result<> apply(const BrokerFault& fault, broker::Cluster& cluster);
Result<> apply(const PartitionFault& fault, broker::Cluster& cluster);

}  // namespace partwise::app
