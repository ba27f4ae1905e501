// The embedded cluster: its brokers, topics and producers, and what may be done to them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "broker/agenda.h"
#include "broker/stored_memory.h"
#include "broker/topic.h"
#include "protocol/error_code.h"

namespace partwise::broker {

inline constexpr int cluster_partitions_max = 1'000'000;

struct ClusterSettings {
  std::string cluster_id = "partwise-embedded";
  int brokers = 1;
  int default_partitions = 1;  ///< num.partitions
  int default_replication_factor = 1;
  bool auto_create_topics = true;                 ///< auto.create.topics.enable
  std::int64_t memory_max = 512LL * 1024 * 1024;  ///< of stored batches, bytes
  int partitions_max = cluster_partitions_max;    ///< of all topics
  Millis retention_check{1'000};
};

/// For people: what the cluster did of its own accord.
using Notices = std::function<void(const std::string&)>;

struct BrokerNode {
  int id = 0;
  std::string host;
  int port = 0;
  std::string rack;
  bool up = true;
};

/// How a request ended: Kafka's code, and its words for people.
struct Outcome {
  protocol::ErrorCode error = protocol::ErrorCode::none;
  std::string message;
  [[nodiscard]] bool ok() const { return error == protocol::ErrorCode::none; }
};

struct NewTopic {
  std::string name;
  int partitions = -1;                         ///< -1: the cluster's default, or the assignment's
  int replication_factor = -1;                 ///< -1: likewise
  std::map<int, std::vector<int>> assignment;  ///< broker ids by partition; empty: chosen here
  TopicConfigs configs;
};

/// What a topic that is not stored brings along.
struct VirtualLogs {
  std::string name;
  int replication_factor = 1;
  TopicConfigs configs;
  std::vector<std::unique_ptr<PartitionLog>> logs;  ///< one a partition
};

/// threads: owner only
class Cluster {
 public:
  /// clock, agenda and what notices refers to outlive it.
  Cluster(ClusterSettings settings, const Clock& clock, Agenda& agenda, const Notices& notices);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] const ClusterSettings& settings() const { return settings_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Brokers have the ids 1, 2, ...
  [[nodiscard]] const std::vector<BrokerNode>& brokers() const { return brokers_; }
  [[nodiscard]] const BrokerNode* find_broker(int id) const;
  void set_address(int broker, std::string host, int port);
  /// The lowest of those that are up; -1: none is.
  [[nodiscard]] int controller() const;
  /// Leaders, ISR and offline replicas follow. False when there is no such broker.
  bool set_broker_up(int id, bool up);

  using Topics = std::map<std::string, std::unique_ptr<Topic>, std::less<>>;
  [[nodiscard]] const Topics& topics() const { return topics_; }
  Topic* find(std::string_view name);
  Topic* find(const protocol::Uuid& id);
  /// nullptr when the topic or the partition is not there.
  Partition* find(std::string_view topic, int partition);

  /// errors: as Kafka
  Outcome create_topic(const NewTopic& wanted, bool only_check);
  /// As Kafka does it for a topic that a client asks about: with defaults.
  Outcome auto_create(std::string_view name);
  Outcome add_partitions(std::string_view name, int total,
                         const std::vector<std::vector<int>>& assignment, bool only_check);
  Outcome delete_topic(std::string_view name);
  /// All of a topic's settings at once.
  static Outcome set_configs(Topic& topic, const TopicConfigs& configs, bool only_check);
  /// The settings of `file` are checked.
  Outcome add_virtual(VirtualLogs topic);

  /// broker -1: nobody leads. False when the partition or the broker is not there.
  bool set_leader(std::string_view topic, int partition, int broker);
  /// False when the partition has no such replica.
  bool set_replica_online(std::string_view topic, int partition, int broker, bool online);

  /// Everyone who waits for a partition looks again: the clock was set.
  void wake_all();

  std::int64_t new_producer_id() { return ++last_producer_id_; }

  /// Called with the name of each topic that is deleted.
  void on_delete(std::function<void(const std::string&)> act) { on_delete_ = std::move(act); }

  [[nodiscard]] const StoredMemory& memory() const { return memory_; }
  [[nodiscard]] int partition_count() const { return partition_count_; }

 private:
  [[nodiscard]] Outcome check_room(int partitions) const;
  Outcome check_new(const NewTopic& wanted) const;
  [[nodiscard]] int partitions_of(const NewTopic& wanted) const;
  [[nodiscard]] Outcome check_assignment(const std::vector<int>& replicas) const;
  Topic& add(std::string name, TopicConfigs configs);
  void place(Partition& partition, std::vector<int> replicas);
  [[nodiscard]] std::vector<int> chosen_replicas(int factor);
  void settle(Partition& partition);
  [[nodiscard]] bool is_up(int broker) const;
  void apply_retention();

  ClusterSettings settings_;
  const Clock& clock_;
  Agenda& agenda_;
  StoredMemory memory_;
  std::vector<BrokerNode> brokers_;
  Topics topics_;
  std::map<protocol::Uuid, Topic*> by_id_;
  std::map<std::string, std::string, std::less<>> by_metric_name_;
  std::function<void(const std::string&)> on_delete_;
  Random random_;
  int next_leader_ = 0;
  int partition_count_ = 0;
  std::int64_t last_producer_id_ = 999;
  Agenda::Id retention_ = 0;
};

}  // namespace partwise::broker
