// The sample of keys: against all keys, which the tests know.
#include "keys/key_sample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

constexpr std::size_t plenty = 1 << 24;

void add(KeySample& sample, const std::string& key, int partition, std::int64_t bytes = 1,
         std::int64_t at_ms = 0) {
  sample.add(key, key_hash(key), partition, bytes, at_ms);
}

std::string name(int i) { return "customer-" + std::to_string(i); }

TEST(KeySample, KeepsWhereEachKeyLiesAndSinceWhen) {
  KeySample sample(plenty);
  add(sample, "a", 3, 10, 1'000);
  add(sample, "a", 1, 20, 5'000);
  add(sample, "a", 3, 30, 2'000);
  add(sample, "a", 1, 40, 4'000);
  ASSERT_EQ(sample.keys().size(), 1U);
  const auto& key = sample.keys()[0];
  EXPECT_EQ(key.records(), 4);
  EXPECT_EQ(key.bytes(), 100);
  ASSERT_EQ(key.places.size(), 2U);
  EXPECT_EQ(key.places[0].partition, 1);
  EXPECT_EQ(key.places[0].bytes, 60);
  EXPECT_EQ(key.places[0].first_ms, 4'000);
  EXPECT_EQ(key.places[0].last_ms, 5'000);
  EXPECT_EQ(key.places[1].first_ms, 1'000);
  EXPECT_EQ(key.split_since_ms(), 4'000);
}

TEST(KeySample, DoesNotTellTimesThatRecordsDoNotHave) {
  KeySample sample(plenty);
  add(sample, "a", 0, 1, -1);
  add(sample, "a", 1, 1, 7'000);
  EXPECT_EQ(sample.keys()[0].split_since_ms(), -1);
  add(sample, "a", 0, 1, 6'000);
  EXPECT_EQ(sample.keys()[0].places[0].first_ms, 6'000);
  EXPECT_EQ(sample.keys()[0].split_since_ms(), 7'000);
}

TEST(KeySample, CountsItsKeysExactlyHoweverOftenItShrank) {
  KeySample sample(200'000);
  Random random(4);
  std::map<std::string, std::map<int, std::int64_t>> truth;
  for (int i = 0; i < 60'000; ++i) {
    // Keys come back until the end, and the first of them come often.
    const auto key = name(static_cast<int>(20'000 * std::pow(random.uniform(), 2)));
    const auto partition = static_cast<int>(random.below(2));
    add(sample, key, partition, 10);
    truth[key][partition] += 1;
  }
  EXPECT_LT(sample.fraction(), 0.2);
  EXPECT_GT(sample.keys().size(), 500U);
  for (const auto& key : sample.keys()) {
    ASSERT_EQ(key.places.size(), truth[key.key.head].size());
    for (const auto& place : key.places) {
      EXPECT_EQ(place.records, truth[key.key.head][place.partition]);
      EXPECT_EQ(place.bytes, 10 * place.records);
    }
  }
  // And it has all keys below its limit.
  const auto below = std::count_if(truth.begin(), truth.end(), [&](const auto& entry) {
    return static_cast<double>(key_hash(entry.first)) < std::ldexp(sample.fraction(), 64);
  });
  EXPECT_EQ(below, std::ssize(sample.keys()));
}

TEST(KeySample, StaysWithinItsMemory) {
  for (const std::size_t memory :
       {KeySample::memory_min, std::size_t{50'000}, std::size_t{500'000}}) {
    KeySample sample(memory);
    std::size_t most = 0;
    for (int i = 0; i < 30'000; ++i) {
      add(sample, name(i) + std::string(static_cast<std::size_t>(i) % 400, 'x'), i % 3);
      add(sample, name(i / 2) + std::string(static_cast<std::size_t>(i / 2) % 400, 'x'), 7);
      most = std::max(most, sample.memory_bytes());
    }
    EXPECT_LE(most, memory);
    EXPECT_GT(most, memory / 3);
  }
}

TEST(KeySample, HasAllKeysWhileThereIsRoom) {
  KeySample sample(plenty);
  for (int i = 0; i < 5'000; ++i) add(sample, name(i), i % 6);
  EXPECT_EQ(sample.fraction(), 1);
  EXPECT_EQ(sample.keys().size(), 5'000U);
  const auto split = sample.split_keys(3);
  EXPECT_TRUE(split.of_topic.exact());
  EXPECT_EQ(split.of_topic.value, 0);
  EXPECT_EQ(split.since_ms, -1);
}

TEST(KeySample, EstimatesHowManyKeysAreSplit) {
  // Every tenth of 30,000 keys moved at 5,000 ms or later: 3,000 keys.
  KeySample sample(300'000);
  for (int i = 0; i < 30'000; ++i) {
    add(sample, name(i), i % 5, 1, 1'000 + i % 7);
    if (i % 10 == 0) add(sample, name(i), i % 5 + 1, 1, 5'000 + i);
  }
  const auto split = sample.split_keys(4);
  EXPECT_LT(sample.fraction(), 1);
  EXPECT_TRUE(split.of_topic.contains(3'000)) << split.of_topic.low << " " << split.of_topic.high;
  EXPECT_LT(split.of_topic.high - split.of_topic.low, 2'000);
  EXPECT_GE(split.since_ms, 5'000);
  ASSERT_EQ(split.examples.size(), 4U);
  for (const auto& key : split.examples) EXPECT_EQ(key.places.size(), 2U);
}

TEST(KeySample, StatesLimitsThatHoldAsOftenAsTheySay) {
  int inside = 0;
  for (int topic = 0; topic < 100; ++topic) {
    KeySample sample(12'000);
    for (int i = 0; i < 600; ++i) {
      const auto key = std::to_string(topic) + "/" + std::to_string(i);
      add(sample, key, 0);
      if (i % 2 == 0) add(sample, key, 1);
    }
    inside += sample.split_keys(0).of_topic.contains(300) ? 1 : 0;
  }
  EXPECT_GE(inside, 88);  // three standard deviations below 95
}

TEST(KeySample, NamesTheHeaviestSplitKeysFirst) {
  KeySample sample(plenty);
  for (int key = 1; key <= 5; ++key) {
    for (int i = 0; i < 10 * key; ++i) add(sample, name(key), i % 2);
  }
  for (int i = 0; i < 500; ++i) add(sample, "whole", 0);
  const auto split = sample.split_keys(2);
  EXPECT_EQ(split.in_sample, 5);
  ASSERT_EQ(split.examples.size(), 2U);
  EXPECT_EQ(split.examples[0].key.head, name(5));
  EXPECT_EQ(split.examples[1].key.head, name(4));
}

TEST(KeySample, MergesToWhatOneWouldHave) {
  KeySample one(100'000);
  KeySample left(100'000);
  KeySample right(60'000);
  for (int i = 0; i < 20'000; ++i) {
    const auto key = name(i % 4'000);
    add(one, key, i % 7, i, i);
    add(i % 7 < 4 ? left : right, key, i % 7, i, i);
  }
  left.merge(right);
  EXPECT_LE(left.memory_bytes(), 100'000U);
  ASSERT_LE(left.fraction(), one.fraction());
  std::map<std::string, const SampledKey*> of_one;
  for (const auto& key : one.keys()) of_one[key.key.head] = &key;
  EXPECT_GT(left.keys().size(), 50U);
  for (const auto& key : left.keys()) {
    ASSERT_TRUE(of_one.contains(key.key.head));
    const auto& same = *of_one[key.key.head];
    EXPECT_EQ(key.records(), same.records());
    EXPECT_EQ(key.bytes(), same.bytes());
    EXPECT_EQ(key.split_since_ms(), same.split_since_ms());
    EXPECT_EQ(key.places.size(), same.places.size());
  }
}

TEST(KeySample, GoesThroughBytes) {
  KeySample sample(30'000);
  for (int i = 0; i < 3'000; ++i) {
    add(sample, name(i % 700) + std::string(static_cast<std::size_t>(i % 7) * 60, '.'), i % 7, i,
        i % 5 == 0 ? -1 : 1'000'000 + i);
  }
  const auto bytes = sample.to_bytes();
  const auto read = KeySample::from_bytes(bytes, plenty);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_bytes(), bytes);
  EXPECT_EQ(read->fraction(), sample.fraction());
  // Into less memory: a smaller sample.
  const auto smaller = KeySample::from_bytes(bytes, 8'000);
  ASSERT_TRUE(smaller);
  EXPECT_LT(smaller->fraction(), sample.fraction());
  EXPECT_LE(smaller->memory_bytes(), 8'000U);
}

TEST(KeySample, RefusesBytesThatCannotBe) {
  KeySample sample(plenty);
  add(sample, "a", 5, 7, 1'000);
  add(sample, std::string(300, 'b'), 2);
  const auto bytes = sample.to_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(KeySample::from_bytes(bytes.substr(0, length), plenty));
  }
  EXPECT_FALSE(KeySample::from_bytes(bytes + "x", plenty));
  // kind, version, halvings, keys, size, 'a', beyond, places, partition, records, bytes, times.
  const auto with = [&](std::size_t at, char byte) {
    auto other = bytes;
    other[at] = byte;
    return KeySample::from_bytes(other, plenty);
  };
  EXPECT_FALSE(with(2, 61));
  EXPECT_FALSE(with(2, 10));  // keys above the limit
  EXPECT_FALSE(with(7, 0));   // without places
  EXPECT_TRUE(with(8, 6));
  EXPECT_FALSE(with(13, 3));  // a last time before the first
}

}  // namespace
}  // namespace partwise::keys
