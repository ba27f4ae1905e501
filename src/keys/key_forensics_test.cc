// Forensics: on keys of which the test knows who placed them.
#include "keys/key_forensics.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_hash.h"
#include "keys/key_sample.h"
#include "keys/partitioner.h"
#include "keys/placers.h"

namespace partwise::keys {
namespace {

/// A topic whose keys are placed by whom the test says.
class Topic {
 public:
  explicit Topic(int partitions) : partitions_(partitions) {}

  void add(std::string_view placer, int keys, int partitions = 0, std::int64_t records = 1) {
    const auto all = known_placers();
    const auto rule =
        std::find_if(all.begin(), all.end(), [&](const Placer& p) { return p.name == placer; });
    ASSERT_NE(rule, all.end());
    const auto count = static_cast<std::uint64_t>(partitions == 0 ? partitions_ : partitions);
    for (int i = 0; i < keys; ++i) {
      const auto key = next_key();
      put(key, static_cast<int>(rule->value(key).value() % count), records);
    }
  }
  void add_at_random(int keys, int partitions = 0) {
    for (int i = 0; i < keys; ++i) {
      put(next_key(), static_cast<int>(random_.below(partitions == 0 ? partitions_ : partitions)),
          1);
    }
  }
  void put(const std::string& key, int partition, std::int64_t records) {
    keys_.push_back(key);
    places_.push_back({"", partition, records});
  }
  [[nodiscard]] KeyForensics forensics() {
    for (std::size_t i = 0; i < keys_.size(); ++i) places_[i].key = keys_[i];
    return key_forensics(places_, partitions_);
  }
  std::string next_key() { return "customer-" + std::to_string(random_.below(1'000'000'000)); }

 private:
  int partitions_;
  std::vector<std::string> keys_;
  std::vector<PlacedKey> places_;
  Random random_{8};
};

PlacedBy of(const KeyForensics& result, std::string_view placer, int partitions = 0) {
  for (const auto& by : result.placers) {
    if (by.placer == placer && (partitions == 0 || by.partitions == partitions)) return by;
  }
  return {};
}

TEST(KeyForensics, KnowsEachPlacerAlone) {
  for (const auto& placer : known_placers()) {
    if (placer.name == "number") continue;
    Topic topic(12);
    topic.add(placer.name, 400);
    const auto result = topic.forensics();
    ASSERT_FALSE(result.says_nothing);
    EXPECT_EQ(result.placers[0].placer, placer.name);
    EXPECT_EQ(result.placers[0].agreeing, 1);
    EXPECT_GT(result.placers[0].keys.value, 0.99);
    EXPECT_GT(result.placers[0].records, 0.99);
    EXPECT_LT(result.placers[1].keys.value, 0.01);
    EXPECT_LT(result.unknown_keys.value, 0.01);
  }
}

TEST(KeyForensics, KnowsKeysThatAreNumbers) {
  Topic topic(10);
  for (int i = 0; i < 300; ++i) topic.put(std::to_string(i * 7), i * 7 % 10, 1);
  const auto result = topic.forensics();
  EXPECT_EQ(result.placers[0].placer, "number");
  EXPECT_GT(result.placers[0].keys.low, 0.95);
}

TEST(KeyForensics, ExplainsNothingThatIsPlacedAtRandom) {
  Topic topic(6);
  topic.add_at_random(3'000);
  const auto result = topic.forensics();
  EXPECT_GT(result.unknown_keys.high, 0.98);
  for (const auto& by : result.placers) {
    EXPECT_LT(by.keys.low, 0.02) << by.placer;
    EXPECT_LT(by.keys.value, 0.05) << by.placer;
  }
  // 1 of 6 agrees by chance with a placer that knows all keys.
  EXPECT_NEAR(of(result, "murmur2").agreeing, 1.0 / 6, 0.03);
  EXPECT_NEAR(of(result, "murmur2").by_chance, 1.0 / 6, 1e-9);
}

// Threads that read some of the partitions each hand their keys over one after another.
TEST(KeyForensics, LooksForAFormerCountInAllThatIsNotExplained) {
  Topic topic(2'000);
  for (int i = 0; i < 6'000; ++i) topic.put(topic.next_key(), 500 + i % 1'500, 1);
  topic.add("murmur2", 2'000, 500);
  const auto result = topic.forensics();
  EXPECT_NEAR(of(result, "murmur2", 500).keys.value, 0.25, 0.02);
}

TEST(KeyForensics, SeparatesAMixOfClients) {
  Topic topic(12);
  topic.add("murmur2", 2'000, 0, 1);
  topic.add("crc32", 1'000, 0, 10);
  topic.add_at_random(1'000);
  const auto result = topic.forensics();
  EXPECT_NEAR(of(result, "murmur2").keys.value, 0.5, 0.03);
  EXPECT_TRUE(of(result, "murmur2").keys.contains(0.5));
  EXPECT_NEAR(of(result, "crc32").keys.value, 0.25, 0.03);
  // 10,000 of 13,000 records.
  EXPECT_NEAR(of(result, "crc32").records, 10.0 / 13, 0.05);
  EXPECT_NEAR(result.unknown_keys.value, 0.25, 0.04);
  EXPECT_TRUE(result.unknown_keys.contains(0.25));
  double all = result.unknown_keys.value;
  double records = result.unknown_records;
  for (const auto& by : result.placers) {
    all += by.keys.value;
    records += by.records;
  }
  EXPECT_NEAR(all, 1, 1e-6);
  EXPECT_NEAR(records, 1, 1e-6);
}

TEST(KeyForensics, IsNotMisledByKeysOnFewPartitions) {
  // By hand onto two of twelve: a hash agrees with one key of twelve, still.
  Topic topic(12);
  topic.add_at_random(2'000, 2);
  topic.add("crc32", 500);
  const auto result = topic.forensics();
  EXPECT_NEAR(of(result, "crc32").keys.value, 0.2, 0.03);
  EXPECT_NEAR(result.unknown_keys.value, 0.8, 0.05);
  for (const auto& by : result.placers) EXPECT_EQ(by.partitions, 12) << by.placer;
}

TEST(KeyForensics, FindsThatTheTopicHadFewerPartitions) {
  Topic topic(12);
  topic.add("murmur2", 600);
  topic.add("murmur2", 900, 7);
  const auto result = topic.forensics();
  // Of the old ones, 1 / 12 is where the new count has it, too.
  EXPECT_NEAR(of(result, "murmur2", 7).keys.value, 0.6, 0.05);
  EXPECT_NEAR(of(result, "murmur2", 12).keys.value, 0.4, 0.05);
  EXPECT_LT(result.unknown_keys.value, 0.02);
}

TEST(KeyForensics, FindsTwoFormerCounts) {
  Topic topic(30);
  topic.add("crc32", 500, 6);
  topic.add("crc32", 500, 12);
  topic.add("crc32", 500, 30);
  const auto result = topic.forensics();
  for (const int count : {6, 12, 30}) {
    EXPECT_NEAR(of(result, "crc32", count).keys.value, 1.0 / 3, 0.05) << count;
  }
}

TEST(KeyForensics, BelievesInNoFormerCountByChance) {
  for (int seed = 0; seed < 10; ++seed) {
    Topic topic(40);
    topic.add_at_random(100 + 50 * seed, 40 - 3 * seed);
    for (const auto& by : topic.forensics().placers) EXPECT_EQ(by.partitions, 40);
  }
}

TEST(KeyForensics, SaysWhichItCannotTellApart) {
  // A power of two: Java's mask takes off a bit that the remainder does not have.
  Topic topic(16);
  topic.add("murmur2", 500);
  const auto result = topic.forensics();
  EXPECT_EQ(result.placers[0].placer, "murmur2");
  EXPECT_EQ(result.placers[0].not_told_from, (std::vector<std::string_view>{"murmur2_unmasked"}));
  EXPECT_EQ(of(result, "murmur2_unmasked").placer, "");
  EXPECT_GT(result.placers[0].keys.low, 0.98);
}

TEST(KeyForensics, SaysNothingOfOnePartitionOrNoKeys) {
  Topic one(1);
  one.add("murmur2", 100);
  EXPECT_TRUE(one.forensics().says_nothing);
  EXPECT_TRUE(one.forensics().placers.empty());
  EXPECT_TRUE(key_forensics({}, 12).says_nothing);
}

TEST(KeyForensics, IsUnsureWithFewKeys) {
  Topic topic(3);
  topic.add("murmur2", 2);
  const auto result = topic.forensics();
  for (const auto& by : result.placers) {
    EXPECT_LE(by.keys.low, by.keys.value);
    EXPECT_GE(by.keys.high, by.keys.value);
    EXPECT_LT(by.keys.low, 0.9);
  }
}

TEST(KeyForensics, ReadsTheSampleOfAScan) {
  KeySample sample(1 << 20);
  const auto add = [&](const std::string& key, int partition) {
    sample.add(key, key_hash(key), partition, 1, 0);
  };
  for (int i = 0; i < 200; ++i) {
    const auto key = std::to_string(i);
    add(key, partition_of(Partitioner::fnv1a, key, 9));
  }
  add("7", 8);
  add(std::string(300, 'x'), 0);  // kept in part: nobody knows where it belongs
  const auto placed = placements_of(sample);
  EXPECT_EQ(placed.size(), 201U);
  const auto result = key_forensics(placed, 9);
  EXPECT_EQ(result.placers[0].placer, "fnv1a");
  EXPECT_NEAR(result.placers[0].agreeing, 200.0 / 201, 1e-9);
}

}  // namespace
}  // namespace partwise::keys
