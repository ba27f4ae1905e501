// A topic of the embedded cluster: its partitions, who leads them, and its settings.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/partition_log.h"
#include "broker/topic_config.h"
#include "protocol/bytes.h"

namespace partwise::broker {

class StoredLog;

/// Someone who waits for a partition to change: a fetch that found too little.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void wake() = 0;
};

struct Partition {
  int leader = -1;  ///< a broker's id; -1: none
  int leader_epoch = 0;
  std::vector<int> replicas;
  std::vector<int> isr;
  std::vector<int> offline;  ///< replicas that are
  std::unique_ptr<PartitionLog> log;
  StoredLog* stored = nullptr;  ///< the log, where it can be produced to

  /// Until wake() or the end of the waiter.
  void add_waiter(const std::shared_ptr<Waiter>& waiter);
  /// Something has changed: new records, another leader.
  void wake();

 private:
  std::vector<std::weak_ptr<Waiter>> waiters_;
};

struct Topic {
  std::string name;
  protocol::Uuid id{};
  TopicConfigs configs;
  LogRules rules;  ///< of the configs
  std::vector<Partition> partitions;
  bool is_virtual = false;
};

/// Kafka's rule: 1 to 249 of a-z A-Z 0-9 . _ -, but not "." or "..".
bool is_topic_name(std::string_view name);

/// What Kafka's metrics make of a topic's name: two topics may not have the same one.
std::string metric_name(std::string_view topic);

}  // namespace partwise::broker
