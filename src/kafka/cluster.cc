#include "kafka/cluster.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "kafka/client.h"
#include "kafka/error.h"
#include "kafka/log_dirs.h"
#include "kafka/metadata.h"
#include "kafka/offset_requests.h"
#include "kafka/ready_signal.h"
#include "kafka/sample_reads.h"
#include "kafka/topic_configs.h"

namespace partwise::kafka {
namespace {

using sample::ClusterDescription;
using sample::ClusterEvent;
using sample::TopicDescription;

// How long to sleep at most while spans are read: their patience is checked by the clock.
constexpr Millis read_check{100};

// Asked while other topics wait: a broker that is down must not hold them up for long.
constexpr int leaders_wait_ms = 1'000;

TopicDescription described(const rd_kafka_metadata_topic_t& topic) {
  TopicDescription description;
  description.name = topic.topic;
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    description.error = error_of(topic.err, fmt::format("describe topic {}", topic.topic));
  }
  description.partitions.resize(static_cast<std::size_t>(topic.partition_cnt));
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const auto& partition = topic.partitions[i];
    if (partition.id < 0 || partition.id >= topic.partition_cnt) continue;
    description.partitions[static_cast<std::size_t>(partition.id)] = {partition.leader,
                                                                      partition.replica_cnt};
  }
  return description;
}

std::vector<int> leaders_of(const TopicDescription& topic) {
  std::vector<int> leaders;
  for (const auto& partition : topic.partitions) leaders.push_back(partition.leader);
  return leaders;
}

class KafkaCluster final : public sample::ClusterPort {
 public:
  KafkaCluster(std::unique_ptr<Client> client, std::unique_ptr<Client> reader, std::string id,
               const ClusterSettings& settings, TrafficCounters& traffic, std::stop_token stop)
      : settings_(settings),
        stop_(std::move(stop)),
        client_(std::move(client)),
        id_(std::move(id)),
        admin_queue_(rd_kafka_queue_new(client_->get())),
        offsets_(*client_, admin_queue_.get()),
        reads_(std::move(reader), settings.client, traffic, signal_, settings.read_patience) {
    signal_.watch(admin_queue_.get());
  }

  Result<ClusterDescription> describe() override {
    const auto metadata = TRY(all_metadata(*client_));
    if (metadata->topic_cnt == 0) TRY(check_that_topics_may_be_seen());
    ClusterDescription description;
    brokers_.clear();
    description.id = id_;
    description.brokers = metadata->broker_cnt;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      description.topics.push_back(described(metadata->topics[i]));
      leaders_[description.topics.back().name] = leaders_of(description.topics.back());
    }
    for (int i = 0; i < metadata->broker_cnt; ++i) {
      const auto& broker = metadata->brokers[i];
      brokers_.push_back({broker.id, broker.host, broker.port});
    }
    return description;
  }

  void use_topics(std::vector<std::string> names) override { topics_ = std::move(names); }

  std::vector<Result<sample::TopicConfiguration>> configurations() override {
    return describe_configs(*client_, topics_, stop_);
  }

  Result<std::vector<std::optional<std::int64_t>>> stored_bytes() override {
    std::vector<TopicLeaders> topics;
    for (const auto& name : topics_) topics.push_back({name, leaders_[name]});
    return stored_bytes_of(brokers_, settings_.client, topics, stop_);
  }

  Result<std::vector<int>> leaders(int topic) override {
    const auto& name = topics_.at(static_cast<std::size_t>(topic));
    const auto metadata = TRY(metadata_of(name, "ask for the leaders of " + name, leaders_wait_ms));
    if (metadata->topic_cnt != 1) return std::vector<int>{};
    const auto& answer = metadata->topics[0];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(error_of(answer.err, fmt::format("describe topic {}", answer.topic)));
    }
    return leaders_of(described(answer));
  }

  void look_up(int broker, std::span<const sample::OffsetQuery> queries) override {
    offsets_.send(broker, queries, topics_);
  }

  void read(int topic, const sample::ReadSpan& span) override {
    reads_.add(topic, topics_.at(static_cast<std::size_t>(topic)), span);
  }

  void abandon_reads(int broker, const Error& error) override {
    reads_.abandon(
        [&](const std::string& topic, int partition) {
          const auto& leaders = leaders_[topic];
          const auto p = static_cast<std::size_t>(partition);
          return p < leaders.size() && leaders[p] == broker;
        },
        error, abandoned_);
  }

  std::vector<ClusterEvent> wait(Millis patience) override {
    auto events = std::exchange(abandoned_, {});
    collect(events);
    if (!events.empty()) return events;
    signal_.wait(reads_.idle() ? patience : std::min(patience, read_check));
    collect(events);
    return events;
  }

 private:
  Result<MetadataHandle> metadata_of(const std::string& topic, const std::string& doing,
                                     int wait_ms) {
    const TopicHandle handle(rd_kafka_topic_new(client_->get(), topic.c_str(), nullptr));
    const struct rd_kafka_metadata* raw = nullptr;
    const auto code = rd_kafka_metadata(client_->get(), 0, handle.get(), &raw, wait_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(error_of(code, doing));
    return MetadataHandle(raw);
  }

  // Brokers leave out what may not be described, without an error: a cluster that forbids all looks
  // empty. Asked for a topic by name they do tell; by one that no topic can have, none is made.
  Result<> check_that_topics_may_be_seen() {
    const auto answer = metadata_of("?", "ask for a topic", leaders_wait_ms);
    if (!answer || (*answer)->topic_cnt != 1 ||
        (*answer)->topics[0].err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
      return {};
    }
    return fail(ErrorKind::unauthorized, "the cluster shows no topic: this user may describe none",
                "allow DESCRIBE, DESCRIBE_CONFIGS and READ on the topics");
  }

  void collect(std::vector<ClusterEvent>& events) {
    while (EventHandle event{rd_kafka_queue_poll(admin_queue_.get(), 0)}) {
      if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_LISTOFFSETS_RESULT) {
        events.emplace_back(offsets_.answers_of(event.get()));
      }
    }
    reads_.serve(events);
    rd_kafka_poll(client_->get(), 0);
  }

  ClusterSettings settings_;
  std::stop_token stop_;
  std::unique_ptr<Client> client_;
  std::string id_;
  ReadySignal signal_;
  QueueHandle admin_queue_;
  OffsetRequests offsets_;
  // With clients of its own: a broker answers one connection in order, and no fetch that waits may
  // hold up the lookups behind it.
  SampleReads reads_;
  std::vector<BrokerAddress> brokers_;
  std::map<std::string, std::vector<int>> leaders_;  // as described
  std::vector<std::string> topics_;
  std::vector<ClusterEvent> abandoned_;
};

}  // namespace

Result<std::unique_ptr<sample::ClusterPort>> open_cluster(const ClusterSettings& settings,
                                                          TrafficCounters& traffic,
                                                          const std::stop_token& stop) {
  auto client = TRY(Client::create(settings.client, traffic));
  auto id = TRY(client->connect(stop));
  auto reader = TRY(Client::create(settings.client, traffic));
  return std::unique_ptr<sample::ClusterPort>(std::make_unique<KafkaCluster>(
      std::move(client), std::move(reader), std::move(id), settings, traffic, stop));
}

}  // namespace partwise::kafka
