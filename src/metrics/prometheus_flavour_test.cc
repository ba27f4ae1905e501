#include "metrics/prometheus_flavour.h"

#include <gtest/gtest.h>

namespace partwise::metrics {
namespace {

using Names = std::vector<std::string>;

TEST(PrometheusFlavours, AreFoundInAnyCaseAndKeepTheNamesAsTheyAre) {
  const auto found = flavours_in(Names{"up", "kafka_server_BrokerTopicMetrics_Count"}, "");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->at(0).name, "jmx_plain");
  EXPECT_EQ(found->at(0).bytes_in.metric, "kafka_server_BrokerTopicMetrics_Count");
  EXPECT_EQ(found->at(0).bytes_in.matchers, R"(name=~"(?i)BytesInPerSec")");
  EXPECT_FALSE(found->at(0).retained.told());
}

TEST(PrometheusFlavours, TellOnlyWhatIsThere) {
  const auto found =
      flavours_in(Names{"kafka_server_brokertopicmetrics_bytesin_total", "kafka_log_log_size"}, "");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at(0).name, "jmx");
  EXPECT_FALSE(found->at(0).bytes_out.told());
  EXPECT_FALSE(found->at(0).records.told());
  EXPECT_TRUE(found->at(0).retained.told());
}

TEST(PrometheusFlavours, PreferBytesToOffsetsAndCountersToRates) {
  const Names names = {"kafka_topic_partition_current_offset",
                       "kafka_server_brokertopicmetrics_bytesinpersec_oneminuterate",
                       "kafka_server_brokertopicmetrics_bytesinpersec"};
  const auto found = flavours_in(names, "");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ(found->at(0).name, "confluent_stack");
  EXPECT_EQ(found->at(2).name, "kafka_exporter");
  EXPECT_EQ(choice_text(found->at(0), *found),
            "confluent_stack (jmx_exporter with the rules of confluentinc/jmx-monitoring-stacks): "
            "bytes in, as counters; rather than confluent_stack_rates (one-minute rates), "
            "kafka_exporter (no bytes)");
  EXPECT_EQ(flavours_in(names, "kafka_exporter")->at(0).name, "kafka_exporter");
}

TEST(PrometheusFlavours, SayWhatWasLookedForAndWhatIsThere) {
  const auto none = flavours_in(Names{"up", "my_kafka_bytes"}, "");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_NE(none.error().message.find("redpanda_kafka_request_bytes_total (redpanda)"),
            std::string::npos);
  EXPECT_NE(none.error().message.find("what looks like Kafka's is my_kafka_bytes"),
            std::string::npos);
  EXPECT_NE(flavours_in(Names{"up"}, "").error().message.find("none of 1 looks like Kafka's"),
            std::string::npos);
  // One that was named is looked for alone.
  const auto other = flavours_in(Names{"kafka_topic_partition_current_offset"}, "jmx");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message.find("redpanda"), std::string::npos);
}

TEST(PrometheusFlavours, AreAllThatCanBeChosen) {
  std::string names;
  for (const auto& flavour : known_flavours()) names += (names.empty() ? "" : "|") + flavour.name;
  EXPECT_EQ(names, flavour_choices);
}

TEST(PrometheusFlavours, HaveNamesThatHelpWhereOneIsMisspelt) {
  const auto none = flavours_in(Names{}, "jmxx");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::invalid_input);
  EXPECT_NE(none.error().hint.find("jmx, kcp, confluent_stack, jmx_plain, redpanda"),
            std::string::npos);
}

TEST(PrometheusFlavours, AreAskedForByOneRegexWithoutCase) {
  const auto regex = metric_names_regex();
  EXPECT_TRUE(regex.starts_with("(?i)(kafka_server_brokertopicmetrics_bytesin_total|")) << regex;
  EXPECT_NE(regex.find("|kafka_server_brokertopicmetrics_count|"), std::string::npos);
  EXPECT_TRUE(regex.ends_with("|kminion_kafka_topic_partition_high_water_mark)")) << regex;
}

}  // namespace
}  // namespace partwise::metrics
