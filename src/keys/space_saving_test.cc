// The heaviest keys: what is guaranteed must hold against exact counts, in whatever order they
// come.
#include "keys/space_saving.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/random.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

struct Record {
  std::string key;
  std::int64_t weight = 1;
};
using Records = std::vector<Record>;

/// A sketch, and exact counts beside it.
struct Counted {
  explicit Counted(std::size_t capacity) : sketch(capacity) {}
  Counted(std::size_t capacity, const Records& records) : sketch(capacity) {
    for (const auto& record : records) add(record.key, record.weight);
  }
  void add(const std::string& key, std::int64_t weight = 1) {
    sketch.add(key, key_hash(key), weight);
    truth[key] += weight;
    total += weight;
  }
  void merge(const Counted& other) {
    sketch.merge(other.sketch);
    for (const auto& [key, weight] : other.truth) truth[key] += weight;
    total += other.total;
  }
  SpaceSaving sketch;
  std::map<std::string, std::int64_t> truth;
  std::int64_t total = 0;
};

// Empty, or what does not hold.
std::string broken_guarantee(const Counted& counted) {
  const auto& sketch = counted.sketch;
  if (sketch.total() != counted.total) return "the total is wrong";
  const auto capacity = static_cast<std::int64_t>(sketch.capacity());
  if (sketch.floor() > counted.total / capacity) return "the floor is too high";
  const auto listed = sketch.heaviest(sketch.size());
  for (std::size_t i = 1; i < listed.size(); ++i) {
    if (listed[i].count > listed[i - 1].count) return "the keys are not in order";
  }
  for (const auto& [key, weight] : counted.truth) {
    const auto limits = sketch.limits_of(KeptKey::of(key, key_hash(key)));
    if (weight > limits.count || weight < limits.at_least()) return "the limits of " + key;
    const bool is_listed = std::any_of(listed.begin(), listed.end(),
                                       [&](const HeavyKey& h) { return h.key.is(limits.key); });
    if (!is_listed && weight > sketch.floor()) return key + " weighs more than the floor";
  }
  for (const auto& key : listed) {
    if (key.error > sketch.floor()) return "an error above the floor";
    if (!counted.truth.contains(key.key.head)) return "a key that never was";
  }
  return {};
}

TEST(SpaceSaving, CountsAsByHand) {
  // Two counters, and room for two keys more until the next comes.
  Counted counted(2, {{"a", 4}, {"b", 3}, {"c", 1}, {"d", 2}});
  EXPECT_EQ(counted.sketch.size(), 4U);
  EXPECT_EQ(counted.sketch.floor(), 0);
  counted.add("e");  // c and d go, which had 2 at most
  EXPECT_EQ(counted.sketch.floor(), 2);
  const auto heaviest = counted.sketch.heaviest(5);
  ASSERT_EQ(heaviest.size(), 3U);
  EXPECT_EQ(heaviest[0].key.head, "a");
  EXPECT_EQ(heaviest[0].count, 4);
  EXPECT_EQ(heaviest[0].error, 0);
  EXPECT_EQ(heaviest[1].key.head, "b");
  EXPECT_EQ(heaviest[2].key.head, "e");
  EXPECT_EQ(heaviest[2].count, 3);
  EXPECT_EQ(heaviest[2].error, 2);
  counted.add("f");  // there is room
  EXPECT_EQ(counted.sketch.floor(), 2);
  counted.add("c");  // two of b, e and f go, which had 3
  EXPECT_EQ(counted.sketch.floor(), 3);
  EXPECT_EQ(counted.sketch.limits_of(KeptKey::of("c", key_hash("c"))).count, 4);
  EXPECT_EQ(counted.sketch.limits_of(KeptKey::of("c", key_hash("c"))).error, 3);
}

TEST(SpaceSaving, IsExactWhileThereIsRoom) {
  Counted counted(100);
  for (int i = 0; i < 5'000; ++i) counted.add(std::to_string(i % 100), i);
  for (const auto& key : counted.sketch.heaviest(100)) {
    EXPECT_EQ(key.error, 0);
    EXPECT_EQ(key.count, counted.truth[key.key.head]);
  }
  EXPECT_EQ(counted.sketch.size(), 100U);
}

TEST(SpaceSaving, HoldsWhereEachRecordPushesOutTheNext) {
  // One key more than counters, in turns: each is gone when it comes again.
  Counted counted(20);
  for (int i = 0; i < 21 * 200; ++i) counted.add(std::to_string(i % 21));
  EXPECT_EQ(broken_guarantee(counted), "");
}

TEST(SpaceSaving, HoldsWhereHeavyKeysComeLastOrFirstOrAreHidden) {
  const auto with_heavy = [](int from, int until) {
    Counted counted(50);
    for (int i = 0; i < 20'000; ++i) {
      counted.add("light-" + std::to_string(i));
      if (i >= from && i < until && i % 4 == 0) counted.add("heavy-" + std::to_string(i % 5));
    }
    return counted;
  };
  for (const auto& counted : {with_heavy(0, 6'000), with_heavy(14'000, 20'000),
                              with_heavy(7'000, 13'000), with_heavy(0, 20'000)}) {
    EXPECT_EQ(broken_guarantee(counted), "");
  }
  // 5 keys with 1,000 each of 25,000, where the floor is at most 500.
  const auto counted = with_heavy(0, 20'000);
  for (const auto& key : counted.sketch.heaviest(5)) EXPECT_EQ(key.key.head.substr(0, 5), "heavy");
}

TEST(SpaceSaving, HoldsWithWeightsThatRiseAndFall) {
  Counted rising(16);
  Counted falling(16);
  for (int i = 1; i <= 3'000; ++i) {
    rising.add(std::to_string(i % 97), i);
    falling.add(std::to_string(i % 97), 3'001 - i);
  }
  EXPECT_EQ(broken_guarantee(rising), "");
  EXPECT_EQ(broken_guarantee(falling), "");
  Counted huge(4);
  for (int i = 0; i < 40; ++i) huge.add(std::to_string(i % 7), std::int64_t{1} << i);
  EXPECT_EQ(broken_guarantee(huge), "");
}

Records any_records() {
  Records records;
  for (const auto& [key, weight] : *rc::gen::container<std::vector<std::pair<int, int>>>(
           rc::gen::pair(rc::gen::inRange(0, 12), rc::gen::inRange(0, 20)))) {
    records.push_back({std::to_string(key), weight});
  }
  return records;
}

TEST(SpaceSaving, HoldsForAnyRecordsMergedInAnyWay) {
  EXPECT_TRUE(rc::check([] {
    const auto capacity = static_cast<std::size_t>(*rc::gen::inRange(1, 8));
    Counted one(capacity, any_records());
    Counted two(capacity, any_records());
    const Counted three(capacity, any_records());
    RC_ASSERT(broken_guarantee(one).empty());
    two.merge(three);
    RC_ASSERT(broken_guarantee(two).empty());
    one.merge(two);
    RC_ASSERT(broken_guarantee(one).empty());
    for (const auto& record : any_records()) one.add(record.key, record.weight);
    RC_ASSERT(broken_guarantee(one).empty());
  }));
}

TEST(SpaceSaving, FindsTheHeavyKeysOfManyProcesses) {
  Counted whole(64);
  Random random(5);
  for (int process = 0; process < 10; ++process) {
    Counted part(64);
    for (int i = 0; i < 3'000; ++i) {
      // Every tenth record has one of three keys.
      part.add(i % 10 == 0 ? "hot-" + std::to_string(i % 3) : std::to_string(random.next()));
    }
    whole.merge(part);
  }
  EXPECT_EQ(broken_guarantee(whole), "");
  const auto heaviest = whole.sketch.heaviest(3);
  for (const auto& key : heaviest) EXPECT_EQ(key.key.head.substr(0, 4), "hot-");
}

TEST(SpaceSaving, HoldsWhenMergedWithASmallerOne) {
  Counted large(8, {{"a", 5}, {"b", 4}});
  Counted small(2, {{"a", 3}, {"c", 3}, {"d", 2}, {"e", 1}, {"f", 4}});
  large.merge(small);
  // The lightest, d and e, had to go, of which d had 2: b may have so many more, and whatever comes
  // has, too.
  const auto limits = large.sketch.limits_of(KeptKey::of("b", key_hash("b")));
  EXPECT_EQ(limits.count, 6);
  EXPECT_EQ(limits.at_least(), 4);
  const auto unlisted = large.sketch.limits_of(KeptKey::of("d", key_hash("d")));
  EXPECT_EQ(unlisted.count, 2);
  EXPECT_EQ(unlisted.at_least(), 0);
  large.add("d");
  EXPECT_EQ(large.sketch.limits_of(unlisted.key).count, 3);
  EXPECT_EQ(large.sketch.limits_of(unlisted.key).at_least(), 1);
}

TEST(SpaceSaving, KeepsLongKeysByTheirHeadAndTellsThemApart) {
  const std::string head(1'000'000, 'x');
  SpaceSaving sketch(8);
  for (int i = 0; i < 4; ++i) {
    const auto key = head + std::to_string(i);
    sketch.add(key, key_hash(key), i + 1);
  }
  const auto heaviest = sketch.heaviest(8);
  ASSERT_EQ(heaviest.size(), 4U);
  EXPECT_EQ(heaviest[0].count, 4);
  EXPECT_EQ(heaviest[0].key.size, 1'000'001U);
  EXPECT_EQ(heaviest[0].key.head.size(), 256U);
  EXPECT_FALSE(heaviest[0].key.whole());
  EXPECT_TRUE(heaviest[0].key.is(head + "3", key_hash(head + "3")));
  EXPECT_FALSE(heaviest[0].key.is(head + "2", key_hash(head + "2")));
}

TEST(SpaceSaving, StaysWithinTheMemoryItNames) {
  SpaceSaving sketch(200);
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string key(static_cast<std::size_t>(random.below(2'000)), static_cast<char>(i));
    sketch.add(key, key_hash(key), 1 + random.below(100));
  }
  EXPECT_LE(sketch.memory_bytes(), SpaceSaving::memory_for(200));
  EXPECT_GE(sketch.memory_bytes(), SpaceSaving::memory_for(200) / 3);
}

TEST(SpaceSaving, GoesThroughBytes) {
  Counted counted(30);
  for (int i = 0; i < 2'000; ++i)
    counted.add(std::string(static_cast<std::size_t>(i % 300), 'k'), i);
  auto read = SpaceSaving::from_bytes(counted.sketch.to_bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->total(), counted.sketch.total());
  EXPECT_EQ(read->floor(), counted.sketch.floor());
  const auto expected = counted.sketch.heaviest(30);
  const auto found = read->heaviest(30);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(found[i].key.is(expected[i].key));
    EXPECT_EQ(found[i].count, expected[i].count);
    EXPECT_EQ(found[i].error, expected[i].error);
  }
  // And it goes on.
  read->add("new", key_hash("new"), 1);
  EXPECT_EQ(read->limits_of(KeptKey::of("new", key_hash("new"))).error, counted.sketch.floor());
}

TEST(SpaceSaving, RefusesBytesThatCannotBe) {
  const Counted counted(3, {{"a", 5}, {"b", 7}, {"c", 9}});
  const auto bytes = counted.sketch.to_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(SpaceSaving::from_bytes(bytes.substr(0, length)));
  }
  EXPECT_FALSE(SpaceSaving::from_bytes(bytes + "x"));
  // kind, version, capacity, total, floor, number, then size, 'a', beyond, count, error.
  const auto with = [&](std::size_t at, char byte) {
    auto other = bytes;
    other[at] = byte;
    return SpaceSaving::from_bytes(other);
  };
  EXPECT_TRUE(with(2, 2));
  EXPECT_FALSE(with(2, 1));  // three keys, and room for two
  EXPECT_FALSE(with(2, 0));
  EXPECT_FALSE(with(7, 'b'));  // twice the same
  EXPECT_FALSE(with(10, 9));   // an error above the count
  EXPECT_FALSE(with(8, 1));    // a longer key whose head is short
}

}  // namespace
}  // namespace partwise::keys
