#include "kafka/record_topic.h"

#include <gtest/gtest.h>

#include "kafka/record_writer.h"

namespace partwise::kafka {
namespace {

ExistingTopic as_wanted(const RecordTopic& topic) {
  return {topic.partitions, topic.replication_factor, topic.retention};
}

TEST(CheckRecordTopic, TakesTheNamesThatKafkaTakes) {
  EXPECT_TRUE(check_record_topic({}));
  RecordTopic topic;
  topic.name = "my topic";
  const auto checked = check_record_topic(topic);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid_input);
  EXPECT_EQ(checked.error().message,
            "KAFKA_WRITER_TOPIC_NAME: 'my topic' cannot be the name of a topic");
}

TEST(CheckReplication, NeedsABrokerForEachReplica) {
  EXPECT_TRUE(check_replication({}, 3));
  EXPECT_TRUE(check_replication({}, 4));
  const auto checked = check_replication({}, 1);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid_input);
  EXPECT_EQ(checked.error().message,
            "the topic _j3.partition_recommender.results cannot be made: its replication factor is "
            "to be 3, but the cluster has 1 broker");
  EXPECT_EQ(checked.error().hint, "set KAFKA_WRITER_TOPIC_REPLICATION_FACTOR=1");
}

TEST(Difference, IsNoneWhereTheTopicIsAsItWouldBeMade) {
  EXPECT_EQ(difference({}, as_wanted({})), "");
  RecordTopic limited;
  limited.retention = std::chrono::days(7);
  EXPECT_EQ(difference(limited, as_wanted(limited)), "");
}

TEST(Difference, NamesAllThatDiffers) {
  const RecordTopic wanted;
  ExistingTopic existing{3, 1, std::optional<Millis>(std::chrono::days(7))};
  EXPECT_EQ(difference(wanted, existing),
            "the topic _j3.partition_recommender.results is there already and stays as it is: it "
            "has 3 partitions, not 6, has replication factor 1, not 3, keeps records for 7 d, not "
            "for ever");
  existing = as_wanted(wanted);
  existing.retention = fail(ErrorKind::unauthorized, "cannot describe it");
  EXPECT_NE(difference(wanted, existing).find("not known (cannot describe it)"), std::string::npos);
}

TEST(Deliveries, TellHowManyAreMissingAndWhy) {
  Deliveries deliveries{40, 0, std::nullopt};
  EXPECT_FALSE(deliveries.shortfall("results"));
  deliveries = {1'237, 3, Error{ErrorKind::timeout, "no answer", "a longer --timeout", {}}};
  const auto error = deliveries.shortfall("results");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "3 of 1,240 results did not get into the topic results: no answer");
  EXPECT_EQ(error->kind, ErrorKind::timeout);
  EXPECT_EQ(error->hint, "a longer --timeout");
}

// No broker listens there: everything else needs one, and is tested with the whole program.
TEST(RecordWriter, IsNotOpenedWhereNothingAnswers) {
  ClientSettings settings;
  settings.properties.push_back({"bootstrap.servers", config::Secret("127.0.0.1:1"), {}});
  const auto writer = RecordWriter::open(settings, {}, {});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind, ErrorKind::unavailable);
  EXPECT_NE(writer.error().message.find("connection refused"), std::string::npos);
}

TEST(RecordWriter, RefusesANameBeforeItConnects) {
  RecordTopic topic;
  topic.name = "a/b";
  const auto writer = RecordWriter::open({}, topic, {});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().from, "KAFKA_WRITER_TOPIC_NAME");
}

}  // namespace
}  // namespace partwise::kafka
