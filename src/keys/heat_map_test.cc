// The heat map: against counts of every record.
#include "keys/heat_map.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

std::vector<HeavyKey> named(std::initializer_list<const char*> names) {
  std::vector<HeavyKey> keys;
  for (const auto* name : names) keys.push_back({KeptKey::of(name, key_hash(name)), 0, 0});
  return keys;
}

void add(HeatMap& map, const std::string& key, std::int64_t at_ms) {
  map.add(key, key_hash(key), at_ms);
}

const HeatRow* row_of(const HeatMap& map, const std::string& key) {
  for (const auto& row : map.rows()) {
    if (row.key.head == key) return &row;
  }
  return nullptr;
}

using Steps = std::vector<std::int64_t>;

Steps totals_of(const HeatMap& map) { return {map.totals().begin(), map.totals().end()}; }

TEST(HeatMap, HasStepsOfASecondFirst) {
  HeatMap map(4);
  map.track(named({"a", "b"}));
  add(map, "a", 10'500);
  add(map, "a", 10'999);
  add(map, "b", 12'000);
  add(map, "c", 11'000);
  map.add_without_key(12'100);
  EXPECT_EQ(map.step_ms(), 1'000);
  EXPECT_EQ(map.first_step_ms(), 10'000);
  EXPECT_EQ(totals_of(map), (Steps{2, 1, 2}));
  EXPECT_EQ(row_of(map, "a")->records, (Steps{2, 0, 0}));
  EXPECT_EQ(row_of(map, "b")->records, (Steps{0, 0, 1}));
  EXPECT_EQ(row_of(map, "c"), nullptr);
}

TEST(HeatMap, DoublesItsStepsAtMultiplesOfTheirLength) {
  HeatMap map(2);
  map.track(named({"a"}));
  add(map, "a", 3'000);
  add(map, "a", 4'000);
  add(map, "a", 99'000);  // from 3 to 99 s are 97 steps of 1 s; of 2 s, 1 to 49
  EXPECT_EQ(map.step_ms(), 2'000);
  EXPECT_EQ(map.first_step_ms(), 2'000);
  ASSERT_EQ(map.totals().size(), 49U);
  EXPECT_EQ(map.totals()[0], 1);  // 2 and 3 s
  EXPECT_EQ(map.totals()[1], 1);  // 4 and 5 s
  EXPECT_EQ(map.totals()[48], 1);
  add(map, "a", 0);
  EXPECT_EQ(map.first_step_ms(), 0);
  EXPECT_EQ(row_of(map, "a")->records[0], 1);
  EXPECT_EQ(row_of(map, "a")->records[1], 1);
}

TEST(HeatMap, CountsRightInAnyOrderOverAnyTime) {
  for (const std::int64_t range_ms : {50'000LL, 3'600'000LL, 31'536'000'000LL}) {
    HeatMap map(8);
    map.track(named({"0", "1", "2"}));
    Random random(2);
    std::vector<std::pair<std::string, std::int64_t>> records;
    for (int i = 0; i < 3'000; ++i) {
      records.emplace_back(std::to_string(random.below(4)),
                           1'750'000'000'000 + random.below(range_ms));
      add(map, records.back().first, records.back().second);
    }
    EXPECT_LE(map.totals().size(), 96U);
    EXPECT_GT(map.totals().size(), 45U);
    std::map<std::string, Steps> truth;
    for (const auto& [key, at_ms] : records) {
      auto& steps = truth[key];
      steps.resize(map.totals().size());
      ++steps[static_cast<std::size_t>((at_ms - map.first_step_ms()) / map.step_ms())];
    }
    for (const auto* key : {"0", "1", "2"}) EXPECT_EQ(row_of(map, key)->records, truth[key]);
    EXPECT_EQ(std::accumulate(map.totals().begin(), map.totals().end(), 0), 3'000);
  }
}

TEST(HeatMap, BearsTimesThatAreNoneAndTheLastOfAll) {
  HeatMap map(2);
  map.track(named({"a"}));
  add(map, "a", -1);
  EXPECT_EQ(map.without_time(), 1);
  EXPECT_TRUE(map.totals().empty());
  EXPECT_EQ(row_of(map, "a")->entered_ms, -1);
  add(map, "a", 0);
  add(map, "a", INT64_MAX);
  EXPECT_LE(map.totals().size(), 96U);
  EXPECT_EQ(row_of(map, "a")->counted(), 2);
  const auto read = HeatMap::from_bytes(map.to_bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(totals_of(*read), totals_of(map));
}

TEST(HeatMap, TellsWhenAKeyEntered) {
  HeatMap map(4);
  add(map, "late", 1'000);
  map.track(named({"late"}));
  EXPECT_EQ(row_of(map, "late")->entered_ms, -1);
  add(map, "late", 5'000);
  add(map, "late", 6'000);
  EXPECT_EQ(row_of(map, "late")->entered_ms, 5'000);
  EXPECT_EQ(row_of(map, "late")->counted(), 2);
  EXPECT_EQ(totals_of(map), (Steps{1, 0, 0, 0, 1, 1}));
}

TEST(HeatMap, KeepsTheRowOfAKeyAtTheBorder) {
  HeatMap map(4);
  map.track(named({"a", "b", "c", "d"}));
  EXPECT_NE(row_of(map, "b"), nullptr);
  EXPECT_EQ(row_of(map, "c"), nullptr);  // the first half enters
  add(map, "b", 1'000);
  map.track(named({"c", "d", "a", "b"}));
  EXPECT_EQ(row_of(map, "b")->counted(), 1);  // whoever is there stays
  EXPECT_NE(row_of(map, "c"), nullptr);
  map.track(named({"c", "d", "e", "f"}));
  EXPECT_EQ(row_of(map, "b"), nullptr);
  map.track(named({"b"}));
  EXPECT_EQ(row_of(map, "b")->counted(), 0);
}

TEST(HeatMap, MergesToWhatOneWouldHave) {
  HeatMap one(8);
  HeatMap left(8);
  HeatMap right(8);
  for (auto* map : {&one, &left, &right}) map->track(named({"0", "1", "2", "3"}));
  Random random(9);
  for (int i = 0; i < 2'000; ++i) {
    const auto key = std::to_string(random.below(5));
    // The right side has another time, and a shorter one.
    const bool of_left = i % 3 != 0;
    const auto at_ms = of_left ? 500'000 + random.below(400'000) : 40'000 + random.below(50'000);
    add(one, key, at_ms);
    add(of_left ? left : right, key, at_ms);
  }
  auto other_way = right;
  other_way.merge(left);
  left.merge(right);
  left.merge(HeatMap(8));
  for (const auto* merged : {&left, &other_way}) {
    EXPECT_EQ(merged->step_ms(), one.step_ms());
    EXPECT_EQ(merged->first_step_ms(), one.first_step_ms());
    EXPECT_EQ(totals_of(*merged), totals_of(one));
    for (const auto* key : {"0", "1", "2", "3"}) {
      EXPECT_EQ(row_of(*merged, key)->records, row_of(one, key)->records);
    }
  }
}

TEST(HeatMap, KeepsTheRowsWithMostRecordsWhenMerged) {
  HeatMap left(2);
  HeatMap right(2);
  left.track(named({"a"}));
  right.track(named({"b"}));
  HeatMap third(2);
  third.track(named({"c"}));
  for (int i = 0; i < 9; ++i) add(left, "a", 1'000);
  for (int i = 0; i < 5; ++i) add(right, "b", 1'000);
  for (int i = 0; i < 7; ++i) add(third, "c", 1'000);
  left.merge(right);
  left.merge(third);
  EXPECT_EQ(left.rows().size(), 2U);
  EXPECT_EQ(row_of(left, "c")->counted(), 7);
  EXPECT_EQ(row_of(left, "b"), nullptr);
  add(left, "c", 1'000);  // and it is still found
  EXPECT_EQ(row_of(left, "c")->counted(), 8);
}

TEST(HeatMap, RefusesBytesThatCannotBe) {
  HeatMap map(4);
  map.track(named({"a", "b"}));
  add(map, "a", 5'000);
  add(map, "b", 7'000);
  const auto bytes = map.to_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(HeatMap::from_bytes(bytes.substr(0, length)));
  }
  EXPECT_FALSE(HeatMap::from_bytes(bytes + "x"));
  // kind, version, rows, doublings, first, without time, steps.
  const auto with = [&](std::size_t at, char byte) {
    auto other = bytes;
    other[at] = byte;
    return HeatMap::from_bytes(other);
  };
  EXPECT_TRUE(with(3, 48));
  EXPECT_FALSE(with(3, 49));
  EXPECT_FALSE(with(2, 1));  // two rows
  EXPECT_FALSE(with(2, 0));
  EXPECT_FALSE(with(6, 97));
}

TEST(HeatMap, StaysWithinTheMemoryItNames) {
  HeatMap map(16);
  std::vector<HeavyKey> keys;
  for (int i = 0; i < 16; ++i) {
    const auto key = std::string(500, 'k') + std::to_string(i);
    keys.push_back({KeptKey::of(key, key_hash(key)), 0, 0});
  }
  map.track(keys);
  Random random(1);
  for (int i = 0; i < 1'000; ++i) map.add_without_key(random.below(100'000'000));
  HeatMap other(16);
  other.track(keys);
  map.merge(other);
  EXPECT_LE(map.memory_bytes(), HeatMap::memory_for(16));
  EXPECT_GE(map.memory_bytes(), HeatMap::memory_for(16) / 8);
}

}  // namespace
}  // namespace partwise::keys
