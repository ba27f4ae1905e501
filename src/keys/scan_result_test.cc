// The result of a scan: on topics of which the test knows the keys.
#include "keys/scan_result.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "keys/chance.h"
#include "keys/key_hash.h"
#include "keys/partitioner.h"

namespace partwise::keys {
namespace {

constexpr std::size_t memory = std::size_t{3} << 20;
constexpr int partitions = 9;

/// A name that is in every sample: its hash is among the smallest 0.1 %.
std::string always_sampled() {
  for (int i = 0;; ++i) {
    auto name = "hot-" + std::to_string(i);
    if (key_hash(name) >> 54 == 0) return name;
  }
}

/// A topic of equal keys with a hot one, placed by CRC32, each record of 100 bytes beside its key.
struct Topic {
  Topic(int keys, int records_each, int hot_records, const std::string& hot = "hot") {
    for (int round = 0; round < records_each; ++round) {
      for (int i = 0; i < keys; ++i) take("key-" + std::to_string(i));
    }
    for (int i = 0; i < hot_records; ++i) take(hot);
  }
  void take(const std::string& key) {
    summary.take({partition_of(Partitioner::crc32, key, partitions), time += 10, key, 100, 0});
  }
  ScanSummary summary = ScanSummary::within(memory, partitions).value();
  std::int64_t time = 1'700'000'000'000;
};

TEST(ScanResult, HasTheSkewOfKeysThatWereSeenWhole) {
  const Topic topic(400, 9, 400);
  const auto result = scan_result(topic.summary, 5);
  ASSERT_EQ(result.sampled_fraction, 1);
  // 4,000 records; squares 400 * 81 + 160,000 = 192,400.
  EXPECT_NEAR(result.records.effective_keys, 4'000.0 * 4'000 / 192'400, 1e-6);
  EXPECT_NEAR(result.records.cv_percent_by_chance, 100 * std::sqrt(9 * 192'400.0) / 4'000, 1e-6);
  EXPECT_GT(result.records.p_value, 0.001);
  EXPECT_GT(result.records.of_all.cv_percent, 20);
  EXPECT_EQ(result.by_records[0].key.head, "hot");
  EXPECT_EQ(result.by_records[0].amount.low, 400);
  EXPECT_EQ(result.by_records[0].amount.high, 400);
  EXPECT_NEAR(result.by_records[0].share.value, 0.1, 1e-9);
  EXPECT_EQ(result.distinct_keys.value, 401);
  EXPECT_EQ(result.total.records, 4'000);
}

TEST(ScanResult, EstimatesTheSkewOfKeysThatWereSampled) {
  for (const auto& hot : {std::string("hot"), always_sampled()}) {
    const Topic topic(40'000, 2, 8'000, hot);
    const auto result = scan_result(topic.summary, 5);
    ASSERT_LT(result.sampled_fraction, 0.5);
    // Squares 40,000 * 4 + 64,000,000; the hot key stands for itself, in the sample or not.
    const double truth = 88'000.0 * 88'000 / 64'160'000;
    EXPECT_NEAR(result.records.effective_keys, truth, 0.1 * truth);
    EXPECT_NEAR(result.records.cv_percent_by_chance, 100 * std::sqrt(9 / truth), 15);
    EXPECT_GT(result.records.p_value, 0.001);
    EXPECT_TRUE(result.distinct_keys.contains(40'001));
  }
}

TEST(ScanResult, SaysThatAHandAndNoHashPlacedTheKeys) {
  auto summary = ScanSummary::within(memory, partitions).value();
  for (int i = 0; i < 3'000; ++i) summary.take({i % 3, 1'000, std::to_string(i), 100, 0});
  const auto result = scan_result(summary, 3);
  EXPECT_LT(result.records.p_value, 1e-6);
  EXPECT_LT(result.bytes.p_value, 1e-6);
  // 1 to 4 digits: the first 3,000 numbers have 3.63 on the average.
  EXPECT_NEAR(result.key_sizes.mean, (10 * 1 + 90 * 2 + 900 * 3 + 2'000 * 4) / 3'000.0, 1e-9);
  EXPECT_EQ(result.value_sizes.p50, 100);
}

TEST(ScanResult, NamesWhoPlacedTheKeysAndSinceWhenSomeAreSplit) {
  Topic topic(500, 2, 0);
  const auto moved_at = topic.time + 5'000;
  topic.summary.take({(partition_of(Partitioner::crc32, "key-7", partitions) + 1) % partitions,
                      moved_at, "key-7", 100, 0});
  const auto result = scan_result(topic.summary, 3);
  EXPECT_EQ(result.forensics.placers[0].placer, "crc32");
  EXPECT_NEAR(result.forensics.placers[0].agreeing, 500.0 / 501, 1e-9);
  EXPECT_EQ(result.split.of_topic.value, 1);
  EXPECT_EQ(result.split.since_ms, moved_at);
  EXPECT_EQ(result.split.examples[0].key.head, "key-7");
}

TEST(ScanResult, TellsWhatIsMissingInTheHeatMap) {
  Topic topic(300, 10, 0);  // 3,000 records before the hot key's
  for (int i = 0; i < 4'000; ++i) topic.take("hot");
  const auto result = scan_result(topic.summary, 3);
  ASSERT_FALSE(result.heat.empty());
  EXPECT_EQ(result.heat[0].row.key.head, "hot");
  const auto missed = 4'000 - result.heat[0].row.counted();
  EXPECT_GE(missed, result.heat[0].missed_at_least);
  EXPECT_LE(missed, result.heat[0].missed_at_most);
  EXPECT_LT(result.heat[0].missed_at_most, 1'200);
  EXPECT_EQ(std::accumulate(result.heat_totals.begin(), result.heat_totals.end(), 0), 7'000);
}

TEST(ScanResult, IsThatOfAnEmptyTopic) {
  const auto result = scan_result(ScanSummary::within(memory, 3).value(), 10);
  EXPECT_EQ(result.total.records, 0);
  EXPECT_TRUE(result.forensics.says_nothing);
  EXPECT_EQ(result.records.p_value, 1);
  const auto document = nlohmann::json::parse(to_json(result, false));
  EXPECT_TRUE(document["placed_by"].is_null());
  EXPECT_TRUE(document["total"]["first_ms"].is_null());
  EXPECT_EQ(document["partitions"].size(), 3U);
}

TEST(ScanResult, HidesKeysUnlessTheyAreToBeShown) {
  Topic topic(20, 3, 50);
  topic.take(std::string("secret\xff\n", 8) + std::string(300, 'x'));
  const auto result = scan_result(topic.summary, 30);
  const auto hidden = to_json(result, false);
  EXPECT_EQ(hidden.find("hot"), std::string::npos);
  EXPECT_EQ(hidden.find("key-1"), std::string::npos);
  EXPECT_EQ(hidden.find("secret"), std::string::npos);
  const auto shown = nlohmann::json::parse(to_json(result, true));
  EXPECT_EQ(shown["heaviest_by_records"][0]["key"], "hot");
  EXPECT_EQ(shown["heaviest_by_records"][0]["at_least"], 50);
  EXPECT_NE(to_json(result, true).find("secret"), std::string::npos);
  const auto by_hash = nlohmann::json::parse(hidden)["heaviest_by_records"][0]["key"];
  EXPECT_EQ(by_hash, text_of(KeptKey::of("hot", key_hash("hot")), false));
  EXPECT_EQ(by_hash.get<std::string>().size(), 17U);
}

}  // namespace
}  // namespace partwise::keys
