#include "keys/verdict.h"

#include <gtest/gtest.h>

#include "keys/counted_keys.h"
#include "keys/key_simulation.h"

namespace partwise::keys {
namespace {

Verdict verdict(const KeySet& keys, Strategy strategy, int partitions) {
  PlacementRules rules;
  rules.partitions = partitions;
  return verdict_of(placements(keys, {&strategy, 1}, rules, {})->each.front(), rules.value_bytes);
}

std::unique_ptr<KeySet> simulated(Simulation simulation, std::int64_t records) {
  SimulationSpec spec;
  spec.simulation = simulation;
  spec.records = records;
  spec.patterns = {"tenant_id-", "user_id-"};
  return simulated_keys(spec).value();
}

TEST(Verdict, HasTheExistingWords) {
  EXPECT_EQ(quality_of(19.99), Quality::good);
  EXPECT_EQ(quality_of(20), Quality::moderate);
  EXPECT_EQ(quality_of(50.99), Quality::moderate);
  EXPECT_EQ(quality_of(51), Quality::severe);
}

TEST(Verdict, TellsFewKeysFromABadHash) {
  const auto few = verdict(*simulated(Simulation::more, 100'000), Strategy::murmur2, 10);
  EXPECT_EQ(few.quality, Quality::severe);
  EXPECT_EQ(few.cause, Cause::too_few_keys);
  EXPECT_NEAR(few.cv_percent_by_chance, 100, 0.01);  // 10 keys, 10 partitions: √(10 / 10)
  EXPECT_NE(few.text.find("250 equal keys would give 20 %"), std::string::npos);
}

TEST(Verdict, TellsAHotKeyThatHidesTheOthers) {
  const auto hot = verdict(*simulated(Simulation::hot, 100'000), Strategy::murmur2, 10);
  EXPECT_EQ(hot.cause, Cause::hot_key);
  EXPECT_NE(hot.text.find("80 % of the records, as much as 8 mean partitions"), std::string::npos)
      << hot.text;
  const auto salted = verdict(*simulated(Simulation::hot, 100'000), Strategy::salted, 10);
  EXPECT_EQ(salted.cause, Cause::hot_key);
  EXPECT_NE(salted.text.find("still has 10 % of the records"), std::string::npos) << salted.text;
}

// 600 of 1,000 records, of which 200 have no key.
TEST(Verdict, TellsAHotKeysShareOfAllRecords) {
  CountedKeys keys;
  keys.add("hot", 600);
  for (int i = 0; i < 200; ++i) keys.add("k" + std::to_string(i), 1);
  keys.add_null(200);
  const auto text = verdict(keys, Strategy::murmur2, 10).text;
  EXPECT_NE(text.find("60 % of the records, as much as 6 mean partitions"), std::string::npos)
      << text;
}

// 10,000 keys that all have the same remainder: what no good hash would do.
TEST(Verdict, BlamesAHashThatPutsAllOnFewPartitions) {
  CountedKeys keys;
  for (int i = 0, found = 0; found < 10'000; ++i) {
    const auto key = "k" + std::to_string(i);
    if (partition_of(Partitioner::murmur2, key, 10) > 4) continue;
    keys.add(key, 1);
    ++found;
  }
  const auto bad = verdict(keys, Strategy::murmur2, 10);
  EXPECT_EQ(bad.cause, Cause::bad_hash_or_range);
  EXPECT_LT(bad.p_value, 1e-9);
  EXPECT_EQ(verdict(keys, Strategy::crc32, 10).cause, Cause::none);
}

TEST(Verdict, BlamesRangesThatAreCutByNumbersOfKeys) {
  const auto typical = verdict(*simulated(Simulation::typical, 1000), Strategy::range, 10);
  EXPECT_EQ(typical.cause, Cause::bad_hash_or_range);
  // 100 keys with as many records each: it is the chunk of 100 / 10 + 1 that leaves the last short.
  EXPECT_NE(typical.text.find("chunks of 11"), std::string::npos) << typical.text;
  EXPECT_EQ(verdict(*simulated(Simulation::less, 1000), Strategy::range, 10).cause, Cause::none);
}

// 500 records with keys, and 140 without one, which are one batch on one partition.
TEST(Verdict, TellsRecordsWithoutAKeyAmongOthers) {
  CountedKeys keys;
  for (int i = 0; i < 50; ++i) keys.add("order-" + std::to_string(i), 10);
  const auto keyed = verdict(keys, Strategy::murmur2, 6);
  EXPECT_EQ(keyed.cause, Cause::too_few_keys);
  keys.add_null(140);
  const auto stuck = verdict(keys, Strategy::murmur2, 6);
  EXPECT_EQ(stuck.quality, Quality::severe);
  EXPECT_EQ(stuck.cause, Cause::unkeyed_stickiness);
  EXPECT_NE(stuck.text.find("140 records without a key"), std::string::npos) << stuck.text;
  // A few of them are not what makes few keys uneven.
  CountedKeys few;
  for (int i = 0; i < 5; ++i) few.add("order-" + std::to_string(i), 100);
  few.add_null(5);
  EXPECT_EQ(verdict(few, Strategy::murmur2, 6).cause, Cause::too_few_keys);
}

// Salted, no key has more than a light one: what is left is few keys.
TEST(Verdict, DoesNotBlameAHotKeyThatIsSplit) {
  CountedKeys keys;
  keys.add("hot", 600);
  for (int i = 0; i < 65; ++i) keys.add("light-" + std::to_string(i), 100);
  EXPECT_EQ(verdict(keys, Strategy::murmur2, 12).cause, Cause::hot_key);
  const auto salted = verdict(keys, Strategy::salted, 12);
  EXPECT_NE(salted.quality, Quality::good);
  EXPECT_EQ(salted.cause, Cause::too_few_keys);
}

// The hot key has 1.7 times a fifth of the mean, 412 records: each of its two places less.
TEST(Verdict, DoesNotBlameAHotKeyThatHasTwoPlaces) {
  CountedKeys keys;
  keys.add("hot", 700);
  for (int i = 0; i < 240; ++i) keys.add("light-" + std::to_string(i), 100);
  EXPECT_EQ(verdict(keys, Strategy::murmur2, 12).cause, Cause::hot_key);
  const auto split = verdict(keys, Strategy::two_choices, 12);
  EXPECT_NE(split.quality, Quality::good);
  EXPECT_EQ(split.cause, Cause::too_few_keys);
}

TEST(Verdict, SaysNothingOfHashesWhereThereAreNoKeys) {
  CountedKeys none;
  none.add_null(100'000);
  const auto even = verdict(none, Strategy::murmur2, 6);
  EXPECT_EQ(even.cause, Cause::none);
  EXPECT_EQ(even.text, "even; no record has a key");
}

TEST(Verdict, SaysOfFewKeysWhatTheStrategyDoes) {
  const auto keys = simulated(Simulation::more, 100'000);
  const auto text = [&](Strategy strategy) { return verdict(*keys, strategy, 10).text; };
  EXPECT_NE(text(Strategy::murmur2).find("no hash does better"), std::string::npos);
  EXPECT_NE(text(Strategy::salted).find("80 salted keys"), std::string::npos);
  EXPECT_EQ(text(Strategy::two_choices).find("no hash does better"), std::string::npos);
}

TEST(Verdict, TellsStickinessWithoutKeys) {
  const auto sticky = verdict(*simulated(Simulation::typical, 1000), Strategy::sticky_batches, 10);
  EXPECT_EQ(sticky.cause, Cause::unkeyed_stickiness);
  EXPECT_NE(sticky.text.find("10 choices among 10 partitions"), std::string::npos) << sticky.text;
  EXPECT_EQ(verdict(*simulated(Simulation::typical, 1'000'000), Strategy::sticky_batches, 10).cause,
            Cause::none);
}

}  // namespace
}  // namespace partwise::keys
