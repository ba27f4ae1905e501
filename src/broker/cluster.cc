#include "broker/cluster.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"
#include "base/units.h"
#include "broker/stored_log.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

bool contains(const std::vector<int>& ids, int id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

Cluster::Cluster(ClusterSettings settings, const Clock& clock, Agenda& agenda,
                 const Notices& notices)
    : settings_(std::move(settings)),
      clock_(clock),
      agenda_(agenda),
      memory_(settings_.memory_max,
              [notices, most = settings_.memory_max] {
                notices(fmt::format(
                    "the stored records fill {}: from now on the oldest batches go, and logs start "
                    "later (--memory)",
                    bytes_text(static_cast<double>(most))));
              }),
      random_(std::hash<std::string>{}(settings_.cluster_id)) {
  for (int id = 1; id <= settings_.brokers; ++id) brokers_.push_back({id, "", 0, "", true});
  apply_retention();
}

Cluster::~Cluster() { agenda_.cancel(retention_); }

const BrokerNode* Cluster::find_broker(int id) const {
  if (id < 1 || std::cmp_greater(id, brokers_.size())) return nullptr;
  return &brokers_[static_cast<std::size_t>(id - 1)];
}

void Cluster::set_address(int broker, std::string host, int port) {
  CHECK(find_broker(broker) != nullptr);
  auto& node = brokers_[static_cast<std::size_t>(broker - 1)];
  node.host = std::move(host);
  node.port = port;
}

bool Cluster::is_up(int broker) const {
  const auto* node = find_broker(broker);
  return node != nullptr && node->up;
}

int Cluster::controller() const {
  const auto up = std::find_if(brokers_.begin(), brokers_.end(),
                               [](const BrokerNode& node) { return node.up; });
  return up == brokers_.end() ? -1 : up->id;
}

bool Cluster::set_broker_up(int id, bool up) {
  if (find_broker(id) == nullptr) return false;
  brokers_[static_cast<std::size_t>(id - 1)].up = up;
  for (auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      if (!contains(partition.replicas, id)) continue;
      std::erase(partition.offline, id);
      if (!up) partition.offline.push_back(id);
      settle(partition);
    }
  }
  return true;
}

// ISR and leader after replicas have gone or come back. The last one of the ISR stays in it, as
// Kafka keeps it.
void Cluster::settle(Partition& partition) {
  const auto before = std::exchange(partition.isr, {});
  for (const int replica : partition.replicas) {
    if (!contains(partition.offline, replica)) partition.isr.push_back(replica);
  }
  if (partition.isr.empty() && !before.empty()) partition.isr = {before.front()};
  const bool leader_lives = contains(partition.isr, partition.leader) && is_up(partition.leader) &&
                            !contains(partition.offline, partition.leader);
  if (!leader_lives) {
    const auto next = std::find_if(partition.isr.begin(), partition.isr.end(), [&](int replica) {
      return is_up(replica) && !contains(partition.offline, replica);
    });
    partition.leader = next == partition.isr.end() ? -1 : *next;
    ++partition.leader_epoch;
  }
  partition.wake();
}

bool Cluster::set_leader(std::string_view topic, int partition, int broker) {
  auto* found = find(topic, partition);
  if (found == nullptr || (broker != -1 && find_broker(broker) == nullptr)) return false;
  if (broker != -1 && !contains(found->replicas, broker)) found->replicas.push_back(broker);
  if (broker != -1 && !contains(found->isr, broker)) found->isr.push_back(broker);
  found->leader = broker;
  ++found->leader_epoch;
  found->wake();
  return true;
}

bool Cluster::set_replica_online(std::string_view topic, int partition, int broker, bool online) {
  auto* found = find(topic, partition);
  if (found == nullptr || !contains(found->replicas, broker)) return false;
  std::erase(found->offline, broker);
  if (!online) found->offline.push_back(broker);
  settle(*found);
  return true;
}

Topic* Cluster::find(std::string_view name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

Topic* Cluster::find(const protocol::Uuid& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Partition* Cluster::find(std::string_view topic, int partition) {
  auto* found = find(topic);
  if (found == nullptr || partition < 0 ||
      std::cmp_greater_equal(partition, found->partitions.size()))
    return nullptr;
  return &found->partitions[static_cast<std::size_t>(partition)];
}

int Cluster::partitions_of(const NewTopic& wanted) const {
  if (!wanted.assignment.empty()) return static_cast<int>(wanted.assignment.size());
  return wanted.partitions == -1 ? settings_.default_partitions : wanted.partitions;
}

Outcome Cluster::check_assignment(const std::vector<int>& replicas) const {
  if (replicas.empty()) {
    return {ErrorCode::invalid_replica_assignment,
            "The manual partition assignment includes an empty replica list."};
  }
  const std::set<int> different(replicas.begin(), replicas.end());
  for (const int replica : replicas) {
    if (different.size() == replicas.size() && find_broker(replica) != nullptr) continue;
    return {ErrorCode::invalid_replica_assignment,
            fmt::format("The manual partition assignment includes broker {}, but no such broker is "
                        "registered, or it is named twice.",
                        replica)};
  }
  return {};
}

Outcome Cluster::check_room(int partitions) const {
  if (partitions <= settings_.partitions_max - partition_count_) return {};
  return {ErrorCode::invalid_partitions,
          fmt::format("{} partitions more are too many: all topics together may have {}, and have "
                      "{} already. Ask for fewer, or delete topics.",
                      count_text(partitions), count_text(settings_.partitions_max),
                      count_text(partition_count_))};
}

Outcome Cluster::check_new(const NewTopic& wanted) const {
  if (!is_topic_name(wanted.name)) {
    return {ErrorCode::invalid_topic,
            fmt::format("Topic name '{}' is invalid: 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'",
                        wanted.name)};
  }
  if (topics_.contains(wanted.name)) {
    return {ErrorCode::topic_already_exists,
            fmt::format("Topic '{}' already exists.", wanted.name)};
  }
  const auto same = by_metric_name_.find(metric_name(wanted.name));
  if (same != by_metric_name_.end()) {
    return {ErrorCode::invalid_topic,
            fmt::format("Topic '{}' collides with existing topic: {}", wanted.name, same->second)};
  }
  const int partitions = partitions_of(wanted);
  if (partitions < 1) {
    return {ErrorCode::invalid_partitions,
            fmt::format("Number of partitions was set to {}: 1 or more.", partitions)};
  }
  if (auto room = check_room(partitions); !room.ok()) return room;
  int expected = 0;
  for (const auto& [partition, replicas] : wanted.assignment) {
    if (partition != expected++) {
      return {ErrorCode::invalid_replica_assignment,
              "partitions should be a consecutive 0-based integer sequence"};
    }
    auto checked = check_assignment(replicas);
    if (!checked.ok()) return checked;
  }
  const int factor = wanted.replication_factor;
  if (wanted.assignment.empty() && (factor == 0 || factor < -1 || factor > settings_.brokers)) {
    return {ErrorCode::invalid_replication_factor,
            fmt::format("Unable to replicate the partition {} time(s): only {} broker(s) are "
                        "registered.",
                        factor, settings_.brokers)};
  }
  for (const auto& [name, value] : wanted.configs) {
    const auto valid = check_topic_config(name, value);
    if (!valid) return {ErrorCode::invalid_config, valid.error().message};
  }
  return {};
}

std::vector<int> Cluster::chosen_replicas(int factor) {
  std::vector<int> replicas;
  for (int i = 0; i < factor; ++i) replicas.push_back((next_leader_ + i) % settings_.brokers + 1);
  next_leader_ = (next_leader_ + 1) % settings_.brokers;
  return replicas;
}

void Cluster::place(Partition& partition, std::vector<int> replicas) {
  partition.replicas = std::move(replicas);
  for (const int replica : partition.replicas) {
    if (!is_up(replica)) partition.offline.push_back(replica);
  }
  partition.isr = partition.replicas;
  partition.leader = partition.replicas.front();
  if (!partition.offline.empty()) settle(partition);
  ++partition_count_;
}

Topic& Cluster::add(std::string name, TopicConfigs configs) {
  auto topic = std::make_unique<Topic>();
  topic->name = name;
  topic->rules = log_rules(configs);
  topic->configs = std::move(configs);
  for (auto& byte : topic->id) byte = static_cast<std::uint8_t>(random_.below(256));
  by_id_[topic->id] = topic.get();
  by_metric_name_[metric_name(name)] = name;
  return *(topics_[std::move(name)] = std::move(topic));
}

Outcome Cluster::create_topic(const NewTopic& wanted, bool only_check) {
  auto checked = check_new(wanted);
  if (!checked.ok() || only_check) return checked;
  auto& topic = add(wanted.name, wanted.configs);
  const int factor = wanted.replication_factor == -1 ? settings_.default_replication_factor
                                                     : wanted.replication_factor;
  const int partitions = partitions_of(wanted);
  topic.partitions.resize(static_cast<std::size_t>(partitions));
  for (int i = 0; i < partitions; ++i) {
    auto& partition = topic.partitions[static_cast<std::size_t>(i)];
    place(partition, wanted.assignment.empty() ? chosen_replicas(factor) : wanted.assignment.at(i));
    auto log = std::make_unique<StoredLog>(topic.rules, memory_, clock_);
    partition.stored = log.get();
    partition.log = std::move(log);
  }
  return {};
}

Outcome Cluster::auto_create(std::string_view name) {
  NewTopic wanted;
  wanted.name = name;
  return create_topic(wanted, false);
}

Outcome Cluster::add_virtual(VirtualLogs virtual_topic) {
  NewTopic wanted;
  wanted.name = virtual_topic.name;
  wanted.partitions = static_cast<int>(virtual_topic.logs.size());
  wanted.replication_factor = virtual_topic.replication_factor;
  wanted.configs = virtual_topic.configs;
  auto checked = check_new(wanted);
  if (!checked.ok()) return checked;
  auto& topic = add(wanted.name, std::move(wanted.configs));
  topic.is_virtual = true;
  topic.partitions.resize(virtual_topic.logs.size());
  for (std::size_t i = 0; i < virtual_topic.logs.size(); ++i) {
    place(topic.partitions[i], chosen_replicas(virtual_topic.replication_factor));
    topic.partitions[i].log = std::move(virtual_topic.logs[i]);
  }
  return {};
}

Outcome Cluster::add_partitions(std::string_view name, int total,
                                const std::vector<std::vector<int>>& assignment, bool only_check) {
  auto* topic = find(name);
  if (topic == nullptr) return {ErrorCode::unknown_topic_or_partition, ""};
  const int present = static_cast<int>(topic->partitions.size());
  if (total <= present) {
    return {ErrorCode::invalid_partitions,
            total == present
                ? fmt::format("Topic already has {} partition(s).", present)
                : fmt::format("The topic {} currently has {} partition(s); {} would not be an "
                              "increase.",
                              name, present, total)};
  }
  if (auto room = check_room(total - present); !room.ok()) return room;
  if (topic->is_virtual) {
    return {ErrorCode::policy_violation, "a virtual topic has the partitions of its formula"};
  }
  if (!assignment.empty() && std::cmp_not_equal(assignment.size(), total - present)) {
    return {
        ErrorCode::invalid_replica_assignment,
        fmt::format("{} new partitions, but {} assignments", total - present, assignment.size())};
  }
  for (const auto& replicas : assignment) {
    auto checked = check_assignment(replicas);
    if (!checked.ok()) return checked;
  }
  if (only_check) return {};
  const auto factor = static_cast<int>(topic->partitions.front().replicas.size());
  for (int i = present; i < total; ++i) {
    auto& partition = topic->partitions.emplace_back();
    const auto given = static_cast<std::size_t>(i - present);
    place(partition, assignment.empty() ? chosen_replicas(factor) : assignment[given]);
    auto log = std::make_unique<StoredLog>(topic->rules, memory_, clock_);
    partition.stored = log.get();
    partition.log = std::move(log);
  }
  return {};
}

Outcome Cluster::delete_topic(std::string_view name) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return {ErrorCode::unknown_topic_or_partition, ""};
  const auto topic = std::move(found->second);
  topics_.erase(found);
  by_id_.erase(topic->id);
  by_metric_name_.erase(metric_name(topic->name));
  partition_count_ -= static_cast<int>(topic->partitions.size());
  for (auto& partition : topic->partitions) partition.wake();
  if (on_delete_) on_delete_(topic->name);
  return {};
}

Outcome Cluster::set_configs(Topic& topic, const TopicConfigs& configs, bool only_check) {
  for (const auto& [name, value] : configs) {
    const auto valid = check_topic_config(name, value);
    if (!valid) return {ErrorCode::invalid_config, valid.error().message};
  }
  if (only_check) return {};
  topic.configs = configs;
  topic.rules = log_rules(configs);
  return {};
}

void Cluster::wake_all() {
  for (auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) partition.wake();
  }
}

void Cluster::apply_retention() {
  for (auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      if (partition.stored != nullptr) partition.stored->apply_retention();
    }
  }
  retention_ =
      agenda_.at(clock_.steady_now() + settings_.retention_check, [this] { apply_retention(); });
}

}  // namespace partwise::broker
