// Answers in every form that the service's description allows, and what is none.
#include "metrics/confluent_answer.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace partwise::metrics {
namespace {

bool all(std::string_view) { return true; }

TEST(ConfluentPage, ReadsGroupsWithTheirPoints) {
  // The example of the service's description.
  const auto page = page_from(R"({"data": [
      {"metric.topic": "foo", "points": [{"timestamp": "2019-10-17T20:17:00Z", "value": 9741},
                                         {"timestamp": "2019-10-17T20:18:00Z", "value": 9246}]},
      {"metric.topic": "bar", "points": [{"timestamp": "2019-10-17T20:17:00Z", "value": 844.1},
                                         {"timestamp": "2019-10-17T20:18:00Z", "value": 821.1}]}],
      "meta": {"pagination": {"page_size": 2, "next_page_token": "abc"}}})",
                              all);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->series.size(), 2U);
  EXPECT_EQ(page->series[1].topic, "bar");
  EXPECT_EQ(page->series[1].partition, -1);
  ASSERT_EQ(page->series[1].points.size(), 2U);
  EXPECT_EQ(utc_text(page->series[1].points[1].time), "2019-10-17T20:18:00Z");
  EXPECT_EQ(page->series[1].points[1].value, 821.1);
  EXPECT_EQ(page->next_token, "abc");
  EXPECT_EQ(page->unusable, 0);
}

TEST(ConfluentPage, ReadsPointsWithTheirLabels) {
  const auto page = page_from(R"({"data": [
      {"timestamp": "2019-10-17T20:17:00.000Z", "metric.topic": "foo", "value": 9741},
      {"value": 0.5, "timestamp": "2019-10-17T20:18:00+00:00"}]})",
                              all);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->series.size(), 2U);
  EXPECT_EQ(page->series[0].topic, "foo");
  EXPECT_EQ(page->series[0].points.at(0).value, 9741);
  EXPECT_EQ(page->series[1].topic, "");
  EXPECT_EQ(utc_text(page->series[1].points.at(0).time), "2019-10-17T20:18:00Z");
  EXPECT_EQ(page->next_token, "");
}

TEST(ConfluentPage, ReadsPartitionsAsTextAndAsNumbers) {
  const auto page = page_from(R"({"data": [
      {"points": [{"timestamp": "2019-10-17T20:17:00Z", "value": 1}], "metric.partition": "12",
       "metric.topic": "foo"},
      {"points": [{"timestamp": "2019-10-17T20:17:00Z", "value": 1}], "metric.partition": 3,
       "metric.topic": "foo"}]})",
                              all);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->series.at(0).partition, 12);
  EXPECT_EQ(page->series.at(0).topic, "foo");
  EXPECT_EQ(page->series.at(1).partition, 3);
}

TEST(ConfluentPage, LeavesOutWhatIsNoAmountAndSaysHowOften) {
  const auto page = page_from(R"({"data": [{"metric.topic": "foo", "points": [
      {"timestamp": "2019-10-17T20:17:00Z", "value": null},
      {"timestamp": "2019-10-17T20:18:00Z", "value": "NaN"},
      {"timestamp": "2019-10-17T20:19:00Z", "value": -1},
      {"timestamp": "2019-10-17T20:20:00Z"},
      {"timestamp": "noon", "value": 1}, {"value": 1}, 7, null,
      {"timestamp": "2019-10-17T20:21:00Z", "value": 5}]}, null, 3, [], {},
      {"metric.topic": "bar", "points": {"x": 1}}, {"metric.topic": null, "points": []}]})",
                              all);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->series.size(), 1U);
  ASSERT_EQ(page->series[0].points.size(), 1U);
  EXPECT_EQ(page->series[0].points[0].value, 5);
  // Eight in the list of points, and two objects that are neither a point nor a group.
  EXPECT_EQ(page->unusable, 10);
}

TEST(ConfluentPage, LeavesAsideWhatItDoesNotKnow) {
  const auto page = page_from(R"({"warnings": [{"metric.topic": "no", "points": [
        {"timestamp": "2019-10-17T20:17:00Z", "value": 1}]}],
      "links": null, "data": [{"metric.topic": "foo", "extra": {"data": [{"points": []}]},
        "resource.kafka.id": "lkc-1", "points": [
        {"timestamp": "2019-10-17T20:17:00Z", "value": 1, "metric.topic": "foo", "x": [1]}]}],
      "meta": {"pagination": {"next_page_token": null}, "errors": []}})",
                              all);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->series.size(), 1U);
  EXPECT_EQ(page->series[0].topic, "foo");
  EXPECT_EQ(page->series[0].points.size(), 1U);
  EXPECT_EQ(page->next_token, "");
}

TEST(ConfluentPage, KeepsOnlyTheTopicsThatAreWanted) {
  const auto page = page_from(R"({"data": [
      {"metric.topic": "foo", "points": [{"timestamp": "2019-10-17T20:17:00Z", "value": 1}]},
      {"metric.topic": "bar", "points": [{"timestamp": "2019-10-17T20:17:00Z", "value": "x"}]}]})",
                              [](std::string_view topic) { return topic == "foo"; });
  ASSERT_TRUE(page);
  EXPECT_EQ(page->series.size(), 1U);
  EXPECT_EQ(page->unusable, 0);
}

TEST(ConfluentPage, RefusesWhatIsNoAnswer) {
  for (const auto* body : {"", "<html><body>Sign in</body></html>", "[]", "{}", R"({"data": {}})",
                           R"({"data": null})", R"({"data": [)", R"({"data": [{"value": NaN}]})",
                           R"({"data": [{"value": 1e999}]})", "null"}) {
    const auto page = page_from(body, all);
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().kind, ErrorKind::corrupt);
    EXPECT_FALSE(descriptors_from(body)) << body;
  }
}

TEST(ConfluentDescriptors, TellWhichMetricsThereAreByWhichLabels) {
  const auto page = descriptors_from(R"({"data": [
      {"name": "io.confluent.kafka.server/received_bytes", "type": "COUNTER_INT64",
       "labels": [{"key": "metric.topic"}, {"key": "partition"}, {}]},
      {"name": "io.confluent.kafka.connect/sent_records", "labels": []},
      {"name": "io.confluent.kafka.server/cluster_load_percent"}, {}, 3],
      "meta": {"pagination": {"next_page_token": "n"}}})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->metrics.size(), 2U);
  EXPECT_EQ(page->metrics[0].name, "received_bytes");
  EXPECT_EQ(page->metrics[0].labels, (std::vector<std::string>{"topic", "partition", ""}));
  EXPECT_EQ(page->metrics[1].name, "cluster_load_percent");
  EXPECT_EQ(page->next_token, "n");
}

}  // namespace
}  // namespace partwise::metrics
