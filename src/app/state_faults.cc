#include "app/state_faults.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace partwise::app {
namespace {

Error mistake(ErrorKind kind, std::string message, std::string hint, std::string_view field,
              const FieldPlaces& at) {
  const auto place = at.find(field);
  return {kind, std::move(message), std::move(hint),
          place == at.end() ? std::string() : place->second};
}

std::string topics_text(std::string_view word, const broker::Cluster& cluster) {
  std::vector<std::string> names;
  for (const auto& [name, topic] : cluster.topics()) names.push_back(name);
  if (names.empty()) return "there is no topic yet";
  if (const auto meant = nearest(word, names)) return fmt::format("did you mean '{}'?", *meant);
  return fmt::format("one of {} topics, as {}", names.size(), names.front());
}

Error unknown_topic(const PartitionFault& fault, const broker::Cluster& cluster) {
  return mistake(ErrorKind::not_found, fmt::format("topic is '{}': there is no such", fault.topic),
                 topics_text(fault.topic, cluster), "topic", fault.places);
}

Error unknown_partition(const PartitionFault& fault, const broker::Topic& topic) {
  return mistake(ErrorKind::not_found,
                 fmt::format("partition is {}: {} has no such", fault.partition, fault.topic),
                 fmt::format("allowed: 0 to {}", std::ssize(topic.partitions) - 1), "partition",
                 fault.places);
}

Error unknown_replica(const PartitionFault& fault, int replica, const std::vector<int>& replicas) {
  return mistake(ErrorKind::not_found,
                 fmt::format("offline_replica is {}: partition {} of {} has none there", replica,
                             fault.partition, fault.topic),
                 fmt::format("allowed: {}", fmt::join(replicas, ", ")), "offline_replica",
                 fault.places);
}

// Of brokers, which are the same for as long as the cluster is.
Errors broker_mistakes(const PartitionFault& fault, const broker::Cluster& cluster) {
  Errors errors;
  const auto add = [&](std::optional<Error> error) {
    if (error) errors.push_back(std::move(*error));
  };
  if (fault.leader && *fault.leader != -1) {
    add(unknown_broker("leader", *fault.leader, fault.places, cluster));
  }
  for (const int replica : fault.offline) {
    add(unknown_broker("offline_replica", replica, fault.places, cluster));
  }
  return errors;
}

void add_mistakes_of_log(const PartitionFault& fault, const broker::PartitionLog& log,
                         Errors& errors) {
  if (!fault.delete_before) return;
  const auto offset = *fault.delete_before;
  const auto end = log.end();
  if (offset >= 0 && offset <= end) return;
  errors.push_back(mistake(ErrorKind::invalid_input,
                           fmt::format("delete_before is {}: partition {} of {} ends at {}", offset,
                                       fault.partition, fault.topic, end),
                           fmt::format("allowed: 0 to {}", end), "delete_before", fault.places));
}

}  // namespace

std::optional<Error> unknown_broker(std::string_view field, std::int64_t id, const FieldPlaces& at,
                                    const broker::Cluster& cluster) {
  const auto count = std::ssize(cluster.brokers());
  if (id >= 1 && id <= count) return std::nullopt;
  return mistake(ErrorKind::not_found, fmt::format("{} is {}: there is no such broker", field, id),
                 fmt::format("allowed: 1 to {}", count), field, at);
}

Errors mistakes(const BrokerFault& fault, broker::Cluster& cluster) {
  auto unknown = unknown_broker("id", fault.id, fault.places, cluster);
  return unknown ? Errors{std::move(*unknown)} : Errors{};
}

Errors mistakes(const PartitionFault& fault, broker::Cluster& cluster) {
  auto errors = broker_mistakes(fault, cluster);
  const auto* topic = cluster.find(fault.topic);
  if (topic == nullptr) {
    errors.push_back(unknown_topic(fault, cluster));
    return errors;
  }
  const auto* partition = cluster.find(fault.topic, fault.partition);
  if (partition == nullptr) {
    errors.push_back(unknown_partition(fault, *topic));
    return errors;
  }
  const auto& replicas = partition->replicas;
  for (const int replica : fault.offline) {
    if (cluster.find_broker(replica) != nullptr &&
        std::find(replicas.begin(), replicas.end(), replica) == replicas.end()) {
      errors.push_back(unknown_replica(fault, replica, replicas));
    }
  }
  add_mistakes_of_log(fault, *partition->log, errors);
  return errors;
}

Errors lasting_mistakes(const PartitionFault& fault, broker::Cluster& cluster) {
  auto errors = broker_mistakes(fault, cluster);
  const auto* topic = cluster.find(fault.topic);
  if (topic != nullptr && topic->is_virtual &&
      cluster.find(fault.topic, fault.partition) == nullptr) {
    errors.push_back(unknown_partition(fault, *topic));
  }
  return errors;
}

Result<> apply(const BrokerFault& fault, broker::Cluster& cluster) {
  auto errors = mistakes(fault, cluster);
  if (!errors.empty()) return tl::unexpected(std::move(errors.front()));
  cluster.set_broker_up(fault.id, fault.up);
  return {};
}

Result<> apply(const PartitionFault& fault, broker::Cluster& cluster) {
  auto errors = mistakes(fault, cluster);
  if (!errors.empty()) return tl::unexpected(std::move(errors.front()));
  for (const int replica : fault.offline) {
    cluster.set_replica_online(fault.topic, fault.partition, replica, false);
  }
  if (fault.leader) cluster.set_leader(fault.topic, fault.partition, *fault.leader);
  if (fault.delete_before) {
    auto* partition = cluster.find(fault.topic, fault.partition);
    partition->log->delete_before(std::max(*fault.delete_before, partition->log->start()));
    partition->wake();
  }
  return {};
}

}  // namespace partwise::app
