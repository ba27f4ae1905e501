#include "app/state_faults.h"

#include <algorithm>

#include <fmt/format.h>

namespace partwise::app {
namespace {

tl::unexpected<Error> missing(std::string what) {
  return fail(ErrorKind::not_found, std::move(what), "GET /state of the control endpoint has all");
}

}  // namespace

Result<> apply(const BrokerFault& fault, broker::Cluster& cluster) {
  if (cluster.set_broker_up(fault.id, fault.up)) return {};
  return missing(
      fmt::format("there is no broker {}, only 1 to {}", fault.id, cluster.brokers().size()));
}

Result<> apply(const PartitionFault& fault, broker::Cluster& cluster) {
  auto* partition = cluster.find(fault.topic, fault.partition);
  if (partition == nullptr) {
    return missing(
        fmt::format("there is no partition {} of a topic {}", fault.partition, fault.topic));
  }
  for (const int replica : fault.offline) {
    if (!cluster.set_replica_online(fault.topic, fault.partition, replica, false)) {
      return missing(fmt::format("partition {} of {} has no replica on broker {}", fault.partition,
                                 fault.topic, replica));
    }
  }
  if (fault.leader && !cluster.set_leader(fault.topic, fault.partition, *fault.leader)) {
    return missing(fmt::format("there is no broker {}, only 1 to {}", *fault.leader,
                               cluster.brokers().size()));
  }
  if (fault.delete_before) {
    auto& log = *partition->log;
    log.delete_before(std::clamp(*fault.delete_before, log.start(), log.end()));
    partition->wake();
  }
  return {};
}

}  // namespace partwise::app
