#include "kafka/topic_configs.h"

#include <gtest/gtest.h>

namespace partwise::kafka {
namespace {

constexpr Millis hour{3'600'000};

TEST(ConfigurationFrom, RetentionDeletesWhereThePolicyIsToDelete) {
  EXPECT_EQ(configuration_from({{"retention.ms", "3600000"}}).retention, hour);
  EXPECT_EQ(
      configuration_from({{"cleanup.policy", "delete"}, {"retention.ms", "3600000"}}).retention,
      hour);
  EXPECT_EQ(configuration_from({{"cleanup.policy", "compact, delete"}, {"retention.ms", "3600000"}})
                .retention,
            hour);
}

TEST(ConfigurationFrom, RecordsOfCompactionAloneAreKeptForEver) {
  const auto compacted =
      configuration_from({{"cleanup.policy", "compact"}, {"retention.ms", "3600000"}});
  EXPECT_TRUE(compacted.compacted);
  EXPECT_EQ(compacted.retention, std::nullopt);
}

TEST(ConfigurationFrom, RetentionWithoutALimitIsNone) {
  EXPECT_EQ(configuration_from({{"retention.ms", "-1"}}).retention, std::nullopt);
  EXPECT_EQ(configuration_from({}).retention, std::nullopt);
}

TEST(ConfigurationFrom, KnowsCompactionAndRemoteStorage) {
  EXPECT_FALSE(configuration_from({}).compacted);
  EXPECT_TRUE(configuration_from({{"cleanup.policy", "delete,compact"}}).compacted);
  EXPECT_FALSE(configuration_from({}).remote_storage);
  EXPECT_TRUE(configuration_from({{"remote.storage.enable", "true"}}).remote_storage);
}

TEST(ConfigurationFrom, IsUncompressedWhereTheBrokersSeeToIt) {
  EXPECT_TRUE(configuration_from({{"compression.type", "uncompressed"}}).uncompressed);
  EXPECT_FALSE(configuration_from({{"compression.type", "producer"}}).uncompressed);
  EXPECT_FALSE(configuration_from({{"compression.type", "lz4"}}).uncompressed);
  EXPECT_FALSE(configuration_from({}).uncompressed);
}

}  // namespace
}  // namespace partwise::kafka
