#include "config/kafka_credentials.h"

#include <gtest/gtest.h>

namespace partwise::config {
namespace {

std::string first_error(std::string_view json) {
  const auto clusters = clusters_from_json(json, ".env line 3");
  return clusters ? "(none)" : clusters.error()[0].message;
}

TEST(KafkaCredentials, ReadsTheDocumentedArray) {
  const auto clusters = clusters_from_json(
      R"([{"sasl.username": "ABC123", "sasl.password": "secret123", "kafka_cluster_id": "lkc-abc123",
           "bootstrap.servers": "pkc-123.us-east-1.aws.confluent.cloud:9092"},
          {"kafka_cluster_id": "local", "bootstrap.servers": "127.0.0.1:9092"}])",
      "KAFKA_CREDENTIALS");
  ASSERT_TRUE(clusters);
  ASSERT_EQ(clusters->size(), 2U);
  auto cloud = (*clusters)[0];
  assume_confluent_defaults(cloud.properties);
  EXPECT_EQ(cloud.id, "lkc-abc123");
  EXPECT_EQ(cloud.bootstrap_servers, "pkc-123.us-east-1.aws.confluent.cloud:9092");
  EXPECT_EQ(find_property(cloud.properties, "security.protocol")->value.reveal(), "SASL_SSL");
  EXPECT_EQ(find_property(cloud.properties, "sasl.mechanism")->value.reveal(), "PLAIN");
  auto local = (*clusters)[1];
  assume_confluent_defaults(local.properties);
  EXPECT_EQ(find_property(local.properties, "security.protocol"), nullptr);
}

TEST(KafkaCredentials, AssumesOnlyWhatIsNotSaid) {
  auto said = translated({{"sasl.username", Secret("u"), "here"},
                          {"security.protocol", Secret("SASL_PLAINTEXT"), "here"},
                          {"sasl.mechanisms", Secret("SCRAM-SHA-256"), "here"}})
                  ->properties;
  assume_confluent_defaults(said);
  EXPECT_EQ(find_property(said, "security.protocol")->value.reveal(), "SASL_PLAINTEXT");
  EXPECT_EQ(find_property(said, "sasl.mechanism")->value.reveal(), "SCRAM-SHA-256");
}

TEST(KafkaCredentials, TakesFurtherClientProperties) {
  const auto clusters = clusters_from_json(
      R"([{"kafka_cluster_id": "a", "bootstrap.servers": "h:1", "security.protocol": "SASL_PLAINTEXT",
           "sasl.jaas.config": "x.ScramLoginModule required username=\"u\" password=\"p\";",
           "sasl.mechanism": "SCRAM-SHA-512"}])",
      "KAFKA_CREDENTIALS");
  ASSERT_TRUE(clusters);
  EXPECT_EQ(find_property((*clusters)[0].properties, "sasl.username")->value.reveal(), "u");
  EXPECT_EQ(find_property((*clusters)[0].properties, "sasl.mechanism")->value.reveal(),
            "SCRAM-SHA-512");
}

TEST(KafkaCredentials, MayStandInASecretThatNamesItsEnvironment) {
  const auto clusters = clusters_from_json(R"({"kafka_cluster_id": "a", "environment_id": "env-1",
                             "bootstrap.servers": "h:1"})",
                                           "the store", "secret orders");
  ASSERT_TRUE(clusters);
  EXPECT_EQ((*clusters)[0].environment, "env-1");
  EXPECT_EQ((*clusters)[0].properties.size(), 1U);
  const auto wrong = clusters_from_json("[]", "the store", "secret orders");
  EXPECT_EQ(wrong.error()[0].message, "secret orders is not an array with a cluster in it");
}

TEST(KafkaCredentials, NamesThePositionOfASyntaxErrorAndNoValue) {
  EXPECT_EQ(first_error(R"([{"kafka_cluster_id": "lkc-1", "sasl.pass)"),
            "KAFKA_CREDENTIALS is not valid JSON: unexpected end of input at character 42");
  EXPECT_EQ(first_error(R"([{"a" "hunter2"}])"),
            "KAFKA_CREDENTIALS is not valid JSON: unexpected text at character 15");
}

TEST(KafkaCredentials, SaysWhichEntryLacksWhat) {
  EXPECT_EQ(first_error("[]"), "KAFKA_CREDENTIALS is not an array with a cluster in it");
  EXPECT_EQ(first_error(R"([{"kafka_cluster_id": "a"}])"),
            "KAFKA_CREDENTIALS entry 1: bootstrap.servers is missing");
  EXPECT_EQ(
      first_error(R"([{"kafka_cluster_id": "../x", "bootstrap.servers": "h:1"}])"),
      "KAFKA_CREDENTIALS entry 1: kafka_cluster_id is missing or not of letters, digits, '-', "
      "'_' and '.'");
  EXPECT_EQ(first_error(R"([{"kafka_cluster_id": "a", "bootstrap.servers": "h:abc"}])"),
            "KAFKA_CREDENTIALS entry 1: bootstrap servers: 'h:abc' has no port from 1 to 65535");
  EXPECT_EQ(first_error(R"([{"kafka_cluster_id": "a", "bootstrap.servers": "h:1"},
                            {"kafka_cluster_id": "a", "bootstrap.servers": "h:2"}])"),
            "KAFKA_CREDENTIALS names kafka_cluster_id a twice");
}

}  // namespace
}  // namespace partwise::config
