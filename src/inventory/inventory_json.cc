#include "inventory/inventory_json.h"

#include <nlohmann/json.hpp>

#include "base/error_json.h"

namespace partwise::inventory {
namespace {

using json = nlohmann::ordered_json;

json text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

json number_or_null(const std::optional<std::int64_t>& number) {
  if (!number) return nullptr;
  return *number;
}

json id_or_null(int id) {
  if (id < 0) return nullptr;
  return id;
}

json cluster_json(const ListedCluster& cluster) {
  json endpoints = json::array();
  for (const auto& endpoint : cluster.endpoints) {
    endpoints.push_back({{"access_point", endpoint.access_point},
                         {"bootstrap_servers", text_or_null(endpoint.bootstrap_servers)},
                         {"http", text_or_null(endpoint.http)},
                         {"connection_type", text_or_null(endpoint.connection_type)}});
  }
  return {{"id", cluster.id},
          {"name", text_or_null(cluster.name)},
          {"environment", text_or_null(cluster.environment)},
          {"origin", cluster.origin},
          {"bootstrap_servers", text_or_null(cluster.bootstrap_servers)},
          {"type", text_or_null(cluster.type)},
          {"availability", text_or_null(cluster.availability)},
          {"cloud", text_or_null(cluster.cloud)},
          {"region", text_or_null(cluster.region)},
          {"phase", text_or_null(cluster.phase)},
          {"endpoints", endpoints},
          {"skipped", text_or_null(cluster.skipped)}};
}

json topic_json(const TopicPlace& topic) {
  json partitions = json::array();
  int number = 0;
  for (const auto& partition : topic.partitions) {
    partitions.push_back({{"partition", number++},
                          {"leader", id_or_null(partition.leader)},
                          {"replicas", partition.replicas},
                          {"in_sync_replicas", partition.in_sync},
                          {"under_replicated", partition.under_replicated()}});
  }
  return {{"name", topic.name},
          {"stored_bytes", number_or_null(topic.stored_bytes)},
          {"error", error_json(topic.error)},
          {"partitions", partitions}};
}

json brokers_json(const ClusterLayout& layout) {
  json brokers = json::array();
  const auto shares = broker_shares(layout);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto& broker = layout.brokers[i];
    brokers.push_back({{"id", broker.id},
                       {"up", broker.is_up()},
                       {"host", text_or_null(broker.host)},
                       {"port", broker.is_up() ? json(broker.port) : json(nullptr)},
                       {"rack", text_or_null(broker.rack)},
                       {"controller", broker.id == layout.controller},
                       {"leads_partitions", shares[i].leads},
                       {"replicas", shares[i].replicas},
                       {"replicas_behind", shares[i].behind}});
  }
  return brokers;
}

json totals_json(const ClusterLayout& layout) {
  const auto sum = totals(layout);
  return {{"topics", sum.topics},
          {"failed_topics", sum.failed_topics},
          {"partitions", sum.partitions},
          {"replicas", sum.replicas},
          {"under_replicated_partitions", sum.under_replicated},
          {"leaderless_partitions", sum.leaderless},
          {"stored_bytes", number_or_null(sum.stored_bytes)}};
}

json described_json(const DescribedCluster& cluster) {
  json value = {{"cluster_id", text_or_null(cluster.cluster_id)},
                {"bootstrap_servers", cluster.bootstrap_servers}};
  if (!cluster.layout) {
    value["error"] = error_json(cluster.layout.error());
    return value;
  }
  const auto& layout = *cluster.layout;
  value["cluster_id"] = layout.cluster_id;
  value["error"] = nullptr;
  value["controller"] = id_or_null(layout.controller);
  value["totals"] = totals_json(layout);
  value["brokers"] = brokers_json(layout);
  value["topics"] = json::array();
  for (const auto& topic : layout.topics) value["topics"].push_back(topic_json(topic));
  value["warnings"] = layout.warnings;
  return value;
}

std::string printed(const json& value) {
  // What services and brokers tell is not guaranteed to be UTF-8.
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const ClusterList& list) {
  json value = {
      {"environments", json::array()}, {"clusters", json::array()}, {"failures", json::array()}};
  for (const auto& environment : list.environments) {
    value["environments"].push_back(
        {{"id", environment.id},
         {"name", text_or_null(environment.name)},
         {"clusters", environment.clusters ? json(*environment.clusters) : json(nullptr)}});
  }
  for (const auto& cluster : list.clusters) value["clusters"].push_back(cluster_json(cluster));
  for (const auto& failure : list.failures) {
    value["failures"].push_back({{"what", failure.what}, {"error", error_json(failure.error)}});
  }
  return printed(value);
}

std::string to_json(const std::vector<DescribedCluster>& clusters, const Errors& keys_left) {
  json value = {{"clusters", json::array()}, {"api_keys_left", json::array()}};
  for (const auto& error : keys_left) value["api_keys_left"].push_back(error.message);
  for (const auto& cluster : clusters) value["clusters"].push_back(described_json(cluster));
  return printed(value);
}

}  // namespace partwise::inventory
