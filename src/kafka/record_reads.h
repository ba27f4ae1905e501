// Short runs of records read at given offsets, many partitions at a time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "kafka/ready_signal.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

/// librdkafka's simple consumer, started at numeric offsets: no group, no coordinator, and no seek,
/// which fails on a partition whose fetcher has not started. Each partition keeps a queue of its
/// own, from which no more is taken than its span wants: what stays in it keeps librdkafka from
/// fetching the next batch, too.
class RecordReads {
 public:
  /// `signal` watches the partitions that are read; it and the client must outlive the reads.
  RecordReads(Client& client, const ReadySignal& signal, Millis patience)
      : client_(client), signal_(signal), patience_(patience) {}
  ~RecordReads();
  RecordReads(const RecordReads&) = delete;
  RecordReads& operator=(const RecordReads&) = delete;

  void add(int topic, const std::string& name, const sample::ReadSpan& span);

  /// Takes the messages that have come, starts what can be started, and appends what has finished
  /// or waited longer than the patience.
  void serve(std::vector<sample::ClusterEvent>& finished);

  /// Ends all spans of partitions that `concerns` with the error.
  void abandon(const std::function<bool(const std::string& topic, int partition)>& concerns,
               const Error& error, std::vector<sample::ClusterEvent>& finished);

  [[nodiscard]] bool idle() const { return waiting_.empty() && active_.empty(); }

  /// Topics that were ever read.
  [[nodiscard]] std::size_t topics() const { return topics_.size(); }
  /// Whether spans of the topic are waiting or being read.
  [[nodiscard]] bool is_reading(int topic) const;

 private:
  struct Read {
    sample::ReadSpan span;
    sample::ReadResult result;
    SteadyTime last_news;
  };
  struct Active {
    Read read;
    QueueHandle queue;
    bool done = false;
    std::optional<Error> error;
  };
  struct Topic {
    TopicHandle handle;
    std::string name;
    int users = 0;  // partitions started
  };

  void start_waiting(std::vector<sample::ClusterEvent>& finished);
  bool start(sample::TopicPartition at, const sample::ReadSpan& span,
             std::vector<sample::ClusterEvent>& finished);
  void take(sample::TopicPartition at, Active& active);
  void add(sample::TopicPartition at, Active& active, const rd_kafka_message_t& message) const;
  void stop(sample::TopicPartition at, rd_kafka_queue_t* queue);
  void finish(sample::TopicPartition at, std::vector<sample::ClusterEvent>& finished);

  Client& client_;
  const ReadySignal& signal_;
  Millis patience_;
  SteadyTime last_news_{};  // of any partition
  std::map<int, Topic> topics_;
  std::map<sample::TopicPartition, std::deque<sample::ReadSpan>> waiting_;
  std::map<sample::TopicPartition, Active> active_;
};

}  // namespace partwise::kafka
