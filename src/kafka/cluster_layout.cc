#include "kafka/cluster_layout.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/error.h"
#include "kafka/log_dirs.h"
#include "kafka/metadata.h"

namespace partwise::kafka {
namespace {

using inventory::ClusterLayout;
using inventory::TopicPlace;

TopicPlace place_of(const rd_kafka_metadata_topic_t& topic) {
  TopicPlace place;
  place.name = topic.topic;
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    place.error = error_of(topic.err, fmt::format("describe topic {}", topic.topic));
  }
  place.partitions.resize(static_cast<std::size_t>(topic.partition_cnt));
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const auto& partition = topic.partitions[i];
    if (partition.id < 0 || partition.id >= topic.partition_cnt) continue;
    place.partitions[static_cast<std::size_t>(partition.id)] = {
        partition.leader,
        {partition.replicas, partition.replicas + partition.replica_cnt},
        {partition.isrs, partition.isrs + partition.isr_cnt}};
  }
  return place;
}

/// One cluster, question by question.
class LayoutReader {
 public:
  LayoutReader(Client& client, const ClientSettings& settings, const std::stop_token& stop)
      : client_(client), settings_(settings), stop_(stop) {}

  Result<ClusterLayout> run(std::string id) {
    layout_.cluster_id = std::move(id);
    TRY(read_metadata());
    read_racks();
    read_sizes();
    if (stop_.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
    return std::move(layout_);
  }

 private:
  Result<> read_metadata() {
    const auto metadata = TRY(all_metadata(client_));
    for (int i = 0; i < metadata->broker_cnt; ++i) {
      const auto& broker = metadata->brokers[i];
      layout_.brokers.push_back({broker.id, broker.host, broker.port, {}});
    }
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      layout_.topics.push_back(place_of(metadata->topics[i]));
    }
    add_missing_brokers();
    const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(layout_.brokers.begin(), layout_.brokers.end(), by_id);
    std::sort(layout_.topics.begin(), layout_.topics.end(), by_name);
    return {};
  }

  void add_missing_brokers() {
    std::set<int> missing;
    for (const auto& topic : layout_.topics) {
      for (const auto& partition : topic.partitions) {
        missing.insert(partition.replicas.begin(), partition.replicas.end());
      }
    }
    for (const auto& broker : layout_.brokers) missing.erase(broker.id);
    for (const int id : missing) layout_.brokers.push_back({id, {}, 0, {}});
  }

  // Metadata has no racks in librdkafka; DescribeCluster has.
  void read_racks() {
    const auto options = admin_options(client_, RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER);
    const QueueHandle queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_DescribeCluster(client_.get(), options.get(), queue.get());
    const auto event = admin_answer(client_, queue.get(), stop_);
    const auto code = code_of(event.get());
    const auto* result = event ? rd_kafka_event_DescribeCluster_result(event.get()) : nullptr;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || result == nullptr) {
      layout_.warnings.push_back("controller and racks are not known: " +
                                 error_of(code, "describe the cluster").message);
      return;
    }
    if (const auto* controller = rd_kafka_DescribeCluster_result_controller(result)) {
      layout_.controller = rd_kafka_Node_id(controller);
    }
    std::size_t count = 0;
    const auto** nodes = rd_kafka_DescribeCluster_result_nodes(result, &count);
    for (std::size_t i = 0; i < count; ++i) note_rack(nodes[i]);
  }

  void note_rack(const rd_kafka_Node_t* node) {
    const char* rack = rd_kafka_Node_rack(node);
    const auto broker =
        std::find_if(layout_.brokers.begin(), layout_.brokers.end(),
                     [&](const auto& each) { return each.id == rd_kafka_Node_id(node); });
    if (rack != nullptr && broker != layout_.brokers.end()) broker->rack = rack;
  }

  void read_sizes() {
    if (stop_.stop_requested() || layout_.topics.empty()) return;
    std::vector<BrokerAddress> brokers;
    for (const auto& broker : layout_.brokers) {
      if (broker.is_up()) brokers.push_back({broker.id, broker.host, broker.port});
    }
    std::vector<TopicLeaders> topics;
    for (const auto& topic : layout_.topics) {
      topics.push_back({topic.name, {}});
      for (const auto& partition : topic.partitions) {
        topics.back().leaders.push_back(partition.leader);
      }
    }
    const auto stored = stored_bytes_of(brokers, settings_, topics, stop_);
    if (!stored) {
      layout_.warnings.push_back("sizes on disk are not known: " + stored.error().message);
      return;
    }
    int unknown = 0;
    for (std::size_t i = 0; i < stored->size(); ++i) {
      layout_.topics[i].stored_bytes = (*stored)[i];
      if (!(*stored)[i] && !layout_.topics[i].error) ++unknown;
    }
    if (unknown > 0) {
      layout_.warnings.push_back(
          fmt::format("sizes on disk are not known of {}: a partition has no leader, or its leader "
                      "tells none",
                      counted_text(unknown, "topic")));
    }
  }

  Client& client_;
  const ClientSettings& settings_;
  const std::stop_token& stop_;
  ClusterLayout layout_;
};

}  // namespace

Result<ClusterLayout> cluster_layout(const ClientSettings& settings, TrafficCounters& traffic,
                                     const std::stop_token& stop) {
  const auto client = TRY(Client::create(settings, traffic));
  auto id = TRY(client->connect(stop));
  auto layout = TRY(LayoutReader(*client, settings, stop).run(std::move(id)));
  if (const auto* servers = config::find_property(settings.properties, "bootstrap.servers")) {
    layout.bootstrap_servers = servers->value.reveal();
  }
  return layout;
}

}  // namespace partwise::kafka
