#include "metrics/confluent_query.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace partwise::metrics {
namespace {

using nlohmann::json;

constexpr std::string_view metric_prefix = "io.confluent.kafka.server/";
constexpr const char* topic_label = "metric.topic";
constexpr const char* partition_label = "metric.partition";
constexpr int most_groups = 1000;

json equals(const char* field, const std::string& value) {
  return {{"field", field}, {"op", "EQ"}, {"value", value}};
}

json filter_of(const ConfluentQuery& query) {
  auto cluster = equals("resource.kafka.id", query.cluster_id);
  if (query.topics.empty()) return cluster;
  json any = json::array();
  for (const auto& topic : query.topics) any.push_back(equals(topic_label, topic));
  json topics = any.size() == 1 ? any.front() : json{{"op", "OR"}, {"filters", std::move(any)}};
  return {{"op", "AND"}, {"filters", {std::move(cluster), std::move(topics)}}};
}

}  // namespace

std::string body_of(const ConfluentQuery& query) {
  json body = {{"aggregations", {{{"metric", fmt::format("{}{}", metric_prefix, query.metric)}}}},
               {"filter", filter_of(query)},
               {"granularity", query.granularity == Granularity::minute ? "PT1M" : "PT1H"},
               {"intervals", {fmt::format("{}/{}", utc_text(query.start), utc_text(query.end))}}};
  if (query.by_topic) {
    body["group_by"] = json::array({topic_label});
    if (query.by_partition) body["group_by"].push_back(partition_label);
    body["format"] = "GROUPED";
    body["limit"] = most_groups;
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace partwise::metrics
