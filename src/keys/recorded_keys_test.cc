// What is told of all keys from a part of them: against all of them.
#include "keys/recorded_keys.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_hash.h"
#include "keys/placement.h"
#include "keys/sweep.h"
#include "keys/verdict.h"

namespace partwise::keys {
namespace {

constexpr int light_keys = 400'000;
const std::vector<Strategy> strategies = {Strategy::murmur2, Strategy::crc32, Strategy::salted,
                                          Strategy::two_choices};

/// A topic of light keys with 1 to 3 records, and some heavy ones; scanned in little memory.
struct Topic {
  Topic() {
    Random random(5);
    for (int i = 0; i < light_keys; ++i) add("account/" + std::to_string(i), 1 + random.below(3));
    for (int i = 0; i < heavy_keys; ++i) add("bot/" + std::to_string(i), 4'000);
    recorded = recorded_keys(summary);
  }
  void add(const std::string& key, std::int64_t records) {
    all.add(key, records);
    ScannedRecord record;
    record.key = key;
    record.timestamp_ms = 1'000;
    for (std::int64_t n = 0; n < records; ++n) summary.take(record);
  }

  static constexpr int heavy_keys = 3;
  CountedKeys all;
  ScanSummary summary = ScanSummary::within(std::size_t{8} << 20, 1).value();
  RecordedKeys recorded;
};

const Topic& topic() {
  static const Topic topic;
  return topic;
}

std::vector<Verdict> verdicts(const KeySet& keys, int partitions) {
  PlacementRules rules;
  rules.partitions = partitions;
  std::vector<Verdict> verdicts;
  const auto placed = placements(keys, strategies, rules, {});
  for (const auto& each : placed->each) {
    verdicts.push_back(verdict_of(each, 0));
  }
  return verdicts;
}

TEST(RecordedKeys, AreAPartWhereMemoryIsShort) {
  ASSERT_FALSE(topic().recorded.exact);
  ASSERT_LT(topic().recorded.sampled, light_keys / 8);
  ASSERT_GT(topic().recorded.sampled, 1'000);
}

// A part of the keys lies less evenly than all of them: that is no unevenness of the topic.
TEST(RecordedKeys, TellTheUnevennessOfAllKeys) {
  for (const int partitions : {12, 300, 2'000}) {
    const auto told = verdicts(*topic().recorded.keys, partitions);
    const auto truth = verdicts(topic().all, partitions);
    // What the part adds by chance, and by how much that is off where there are few partitions.
    const double by_part = 100 * std::sqrt(partitions / double(topic().recorded.sampled));
    const double sure_to = by_part * std::sqrt(3 * std::sqrt(2.0 / (partitions - 1)));
    for (std::size_t i = 0; i < told.size(); ++i) {
      SCOPED_TRACE(std::string(name_of(strategies[i])) + " " + std::to_string(partitions));
      EXPECT_NEAR(told[i].records.cv_percent, truth[i].records.cv_percent, sure_to);
      EXPECT_NEAR(told[i].cv_percent_by_chance, truth[i].cv_percent_by_chance,
                  0.05 * truth[i].cv_percent_by_chance);
      EXPECT_EQ(told[i].quality, truth[i].quality);
      EXPECT_EQ(told[i].cause, truth[i].cause);
      EXPECT_GT(told[i].p_value, 0.001);
      EXPECT_NEAR(told[i].records.mean, truth[i].records.mean, 0.01);
    }
  }
}

TEST(RecordedKeys, TellTheUnevennessOfAllKeysInASweep) {
  SweepRules rules;
  rules.partitions = {300, 2'000};
  const auto told = sweep(*topic().recorded.keys, strategies, rules, {})->each;
  const auto truth = sweep(topic().all, strategies, rules, {})->each;
  for (std::size_t i = 0; i < told.size(); ++i) {
    for (std::size_t at = 0; at < rules.partitions.size(); ++at) {
      const auto& point = told[i].points[at];
      const auto& true_point = truth[i].points[at];
      EXPECT_NEAR(point.cv_percent, true_point.cv_percent, 6);
      EXPECT_NEAR(point.cv_percent_by_chance, true_point.cv_percent_by_chance,
                  0.05 * true_point.cv_percent_by_chance);
    }
  }
}

// What is heavy is known, and is as uneven as it is.
TEST(RecordedKeys, KeepTheUnevennessOfHeavyKeys) {
  auto summary = ScanSummary::within(std::size_t{4} << 20, 1).value();
  CountedKeys all;
  ScannedRecord record;
  for (int i = 0; i < 150'000; ++i) {
    const auto key = "user/" + std::to_string(i);
    const auto records = std::max<std::int64_t>(1, std::llround(20'000 / std::pow(i + 1.0, 0.9)));
    record.key = key;
    for (std::int64_t n = 0; n < records; ++n) summary.take(record);
    all.add(key, records);
  }
  const auto recorded = recorded_keys(summary);
  ASSERT_FALSE(recorded.exact);
  for (const int partitions : {24, 200}) {
    const auto truth = verdicts(all, partitions);
    const auto told = verdicts(*recorded.keys, partitions);
    for (std::size_t i = 0; i < told.size(); ++i) {
      SCOPED_TRACE(std::string(name_of(strategies[i])) + " " + std::to_string(partitions));
      EXPECT_NEAR(told[i].records.cv_percent, truth[i].records.cv_percent,
                  2 + 0.1 * truth[i].records.cv_percent);
    }
  }
}

// They had 10 records long before they became heavy: those are known of keys that were drawn.
TEST(RecordedKeys, CountHeavyKeysThatWereDrawn) {
  auto summary = ScanSummary::within(std::size_t{16} << 20, 1).value();
  ScannedRecord record;
  const auto take = [&](const char* kind, int keys, int records) {
    for (int i = 0; i < keys; ++i) {
      const auto key = kind + std::to_string(i);
      record.key = key;
      for (int n = 0; n < records; ++n) summary.take(record);
    }
  };
  take("heavy/", 300, 10);
  take("light/", 250'000, 1);
  take("heavy/", 300, 2'000);
  const auto recorded = recorded_keys(summary);
  std::set<std::uint64_t> drawn;
  for (const auto& key : summary.sample().keys()) drawn.insert(key.key.hash);
  const auto whole = recorded.keys->heavy(1, 1'000);
  EXPECT_EQ(whole.size(), 300);
  int counted = 0;
  for (const auto& key : whole) {
    const bool is_drawn = drawn.contains(key_hash(key.key));
    EXPECT_EQ(key.records, is_drawn ? 2'010 : 2'000) << key.key;
    counted += is_drawn ? 1 : 0;
  }
  EXPECT_GT(counted, 10);
}

// As JSON with its schema first: the id comes behind the bytes that are kept.
TEST(RecordedKeys, TellLongKeysApart) {
  auto summary = ScanSummary::within(std::size_t{8} << 20, 1).value();
  CountedKeys all;
  ScannedRecord record;
  for (int i = 0; i < 4'000; ++i) {
    const auto key = std::string(300, 's') + std::to_string(i);
    record.key = key;
    summary.take(record);
    all.add(key, 1);
  }
  const auto recorded = recorded_keys(summary);
  EXPECT_FALSE(recorded.exact);
  EXPECT_EQ(recorded.keys->keys(), 4'000);
  const auto told = verdicts(*recorded.keys, 12);
  EXPECT_NEAR(told[0].records.cv_percent, verdicts(all, 12)[0].records.cv_percent, 5);
  EXPECT_EQ(told[0].cause, Cause::none);
}

// What the bad hash does to a part of the keys, it does to all.
TEST(RecordedKeys, StillShowABadHash) {
  auto summary = ScanSummary::within(ScanSummary::memory_min, 1).value();
  ScannedRecord record;
  record.timestamp_ms = 1'000;
  int taken = 0;
  for (int i = 0; taken < 60'000; ++i) {
    const auto key = "account/" + std::to_string(i);
    if (partition_of(Partitioner::crc32, key, 40) >= 20) continue;
    record.key = key;
    summary.take(record);
    ++taken;
  }
  const auto recorded = recorded_keys(summary);
  ASSERT_FALSE(recorded.exact);
  const auto told = verdicts(*recorded.keys, 40);
  EXPECT_NEAR(told[1].records.cv_percent, 101, 3);  // half of 40 are empty: sqrt(40 / 39)
  EXPECT_EQ(told[1].cause, Cause::bad_hash_or_range);
  EXPECT_EQ(told[0].cause, Cause::none);
}

}  // namespace
}  // namespace partwise::keys
