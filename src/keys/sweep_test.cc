#include "keys/sweep.h"

#include <numeric>

#include <gtest/gtest.h>

#include "keys/counted_keys.h"
#include "keys/key_simulation.h"
#include "keys/placement.h"
#include "keys/spread.h"

namespace partwise::keys {
namespace {

std::unique_ptr<KeySet> simulated(Simulation simulation, std::int64_t records) {
  SimulationSpec spec;
  spec.simulation = simulation;
  spec.records = records;
  spec.patterns = {"tenant_id-", "user_id-"};
  return simulated_keys(spec).value();
}

SweepRules rules_of(std::vector<int> partitions) {
  SweepRules rules;
  rules.partitions = std::move(partitions);
  return rules;
}

std::vector<int> up_to(int last) {
  std::vector<int> counts(static_cast<std::size_t>(last));
  std::iota(counts.begin(), counts.end(), 1);
  return counts;
}

TEST(Sweep, IsAsEvenAsEachCountAlone) {
  for (const auto simulation : {Simulation::none, Simulation::hot, Simulation::more}) {
    const auto keys = simulated(simulation, 5000);
    const auto sweeps = sweep(*keys, all_strategies, rules_of({1, 6, 10, 97}), {}).value().each;
    ASSERT_EQ(sweeps.size(), 7U);  // the strategies that look at a key
    for (const auto& swept : sweeps) {
      for (const auto& point : swept.points) {
        PlacementRules rules;
        rules.partitions = point.partitions;
        const auto alone = placements(*keys, {&swept.strategy, 1}, rules, {}).value().each.front();
        EXPECT_DOUBLE_EQ(point.cv_percent, spread_of(alone.load.records).cv_percent)
            << name_of(swept.strategy) << " " << point.partitions;
      }
    }
  }
}

// For a good hash, going from a to b > a partitions moves 1 - gcd(a, b) / b of the keys.
// Salted keys, and keys that are none for the client, as with one count.
TEST(Sweep, SeesTheKeysThatTheStrategySees) {
  CountedKeys keys;
  keys.add("", 20'000);
  keys.add("hot", 9'000);
  for (int i = 0; i < 500; ++i) keys.add("key" + std::to_string(i), 40);
  PlacementRules rules;
  rules.partitions = 6;
  const std::vector<Strategy> strategies = {Strategy::crc32, Strategy::salted, Strategy::murmur2};
  const auto swept = sweep(keys, strategies, rules_of({6}), {}).value().each;
  const auto placed = placements(keys, strategies, rules, {})->each;
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    const auto alone = spread_of(placed[i].keyed_records);
    EXPECT_DOUBLE_EQ(swept[i].points[0].cv_percent, alone.cv_percent) << name_of(strategies[i]);
    EXPECT_DOUBLE_EQ(swept[i].points[0].cv_percent_by_chance,
                     cv_percent_by_chance(placed[i].weights, 6))
        << name_of(strategies[i]);
  }
}

TEST(Sweep, TellsWhatAChangeMoves) {
  auto rules = rules_of({6, 7, 9, 12});
  rules.current = 6;
  const auto keys = simulated(Simulation::none, 200'000);
  const Strategy murmur2 = Strategy::murmur2;
  const auto points = sweep(*keys, {&murmur2, 1}, rules, {}).value().each.front().points;
  EXPECT_EQ(points[0].moved_keys_percent, 0);
  EXPECT_NEAR(*points[1].moved_keys_percent, 85.7, 0.3);
  EXPECT_NEAR(*points[2].moved_keys_percent, 66.7, 0.4);
  EXPECT_NEAR(*points[3].moved_keys_percent, 50.0, 0.4);
  EXPECT_EQ(points[3].moved_records_percent, points[3].moved_keys_percent);
}

// By hand, with chunks of K / P + 1 keys.
TEST(Sweep, FindsTheCountsWithinTheTarget) {
  CountedKeys keys;
  for (int i = 0; i < 99; ++i) keys.add(std::to_string(i), 1);
  const Strategy range = Strategy::range;
  auto rules = rules_of(up_to(12));
  rules.target_cv_percent = 10;
  // Chunks of 99 / P + 1: 50 49; 34 34 31; 25 25 25 24; 20 20 20 20 19; 17 17 17 17 17 14: 7 %;
  // 15 x 6 and 9: 16 %; 13 x 7 and 8: 14 %; 12 x 8 and 3: 27 %; 10 x 9 and 9: 3 %; 10 x 9, 9, 0: 33
  // %; 9 x 11 and 0: 29 %.
  const auto swept = sweep(keys, {&range, 1}, rules, {}).value().each.front();
  EXPECT_EQ(swept.smallest_within, 2);
  EXPECT_EQ(swept.largest_within, 10);
  rules.target_cv_percent = 0.1;
  EXPECT_FALSE(sweep(keys, {&range, 1}, rules, {}).value().each.front().smallest_within);
}

TEST(Sweep, RefusesMoreKeysThanItCanHold) {
  EXPECT_EQ(sweep(*simulated(Simulation::none, 20'000'001), all_strategies, rules_of({1, 2}), {})
                .error()
                .kind,
            ErrorKind::limit);
}

}  // namespace
}  // namespace partwise::keys
