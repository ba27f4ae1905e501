// Faults that are a state of the cluster: who is down, who leads, what retention has taken.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broker/cluster.h"

namespace partwise::app {

/// Where the fields of a fault stand, by name: "faults.toml line 3"; empty for one of no file.
using FieldPlaces = std::map<std::string, std::string, std::less<>>;

/// A broker that goes or comes.
struct BrokerFault {
  int id = 0;
  bool up = false;
  Millis after{0};  ///< from the start
  FieldPlaces places;
};

/// What befalls a partition; several things at once, where several are set.
struct PartitionFault {
  std::string topic;
  int partition = 0;
  std::optional<int> leader;                  ///< a broker's id; -1: nobody
  std::vector<int> offline;                   ///< replicas
  std::optional<std::int64_t> delete_before;  ///< records below this offset go
  Millis after{0};
  FieldPlaces places;
};

/// What the cluster has not, at this moment: not_found for a broker, topic, partition or replica,
/// invalid_input for an offset outside of the log.
Errors mistakes(const BrokerFault& fault, broker::Cluster& cluster);
Errors mistakes(const PartitionFault& fault, broker::Cluster& cluster);

/// Of those, the ones that time cannot mend: clients make topics, partitions and records, but no
/// brokers, and nothing of a virtual topic.
Errors lasting_mistakes(const PartitionFault& fault, broker::Cluster& cluster);

/// No such broker, if there is none; `field` is for the message.
std::optional<Error> unknown_broker(std::string_view field, std::int64_t id, const FieldPlaces& at,
                                    const broker::Cluster& cluster);

/// All of a fault or nothing.
///
/// errors: the first of its mistakes
Result<> apply(const BrokerFault& fault, broker::Cluster& cluster);
Result<> apply(const PartitionFault& fault, broker::Cluster& cluster);

}  // namespace partwise::app
