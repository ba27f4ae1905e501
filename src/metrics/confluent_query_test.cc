// Queries as the service's description has them.
#include "metrics/confluent_query.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/units.h"

namespace partwise::metrics {
namespace {

using nlohmann::json;

ConfluentQuery query_of_a_day() {
  ConfluentQuery query;
  query.cluster_id = "lkc-1";
  query.metric = "received_bytes";
  query.start = *instant_from_text("2026-11-20T00:00:00Z");
  query.end = *instant_from_text("2026-11-21T00:00:00Z");
  return query;
}

TEST(ConfluentQuery, AsksForAllTopicsByTheHour) {
  EXPECT_EQ(json::parse(body_of(query_of_a_day())), json::parse(R"({
    "aggregations": [{"metric": "io.confluent.kafka.server/received_bytes"}],
    "filter": {"field": "resource.kafka.id", "op": "EQ", "value": "lkc-1"},
    "format": "GROUPED", "granularity": "PT1H", "group_by": ["metric.topic"],
    "intervals": ["2026-11-20T00:00:00Z/2026-11-21T00:00:00Z"], "limit": 1000})"));
}

TEST(ConfluentQuery, AsksForSomeTopicsByPartitionAndMinute) {
  auto query = query_of_a_day();
  query.granularity = Granularity::minute;
  query.end = query.start + std::chrono::hours(6);
  query.topics = {"orders", "clicks"};
  query.by_partition = true;
  EXPECT_EQ(json::parse(body_of(query)), json::parse(R"({
    "aggregations": [{"metric": "io.confluent.kafka.server/received_bytes"}],
    "filter": {"op": "AND", "filters": [
      {"field": "resource.kafka.id", "op": "EQ", "value": "lkc-1"},
      {"op": "OR", "filters": [{"field": "metric.topic", "op": "EQ", "value": "orders"},
                               {"field": "metric.topic", "op": "EQ", "value": "clicks"}]}]},
    "format": "GROUPED", "granularity": "PT1M", "group_by": ["metric.topic", "metric.partition"],
    "intervals": ["2026-11-20T00:00:00Z/2026-11-20T06:00:00Z"], "limit": 1000})"));
  query.topics = {"orders"};
  EXPECT_EQ(json::parse(body_of(query))["filter"], json::parse(R"({"op": "AND", "filters": [
      {"field": "resource.kafka.id", "op": "EQ", "value": "lkc-1"},
      {"field": "metric.topic", "op": "EQ", "value": "orders"}]})"));
}

TEST(ConfluentQuery, LimitsNoGroupsWhereThereAreNone) {
  auto query = query_of_a_day();
  query.metric = "cluster_load_percent";
  query.by_topic = false;
  const auto body = json::parse(body_of(query));
  for (const auto* field : {"group_by", "limit", "format"}) EXPECT_FALSE(body.contains(field));
}

}  // namespace
}  // namespace partwise::metrics
