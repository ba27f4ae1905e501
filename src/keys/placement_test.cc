#include "keys/placement.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "keys/counted_keys.h"
#include "keys/hash.h"
#include "keys/key_simulation.h"
#include "keys/spread.h"

namespace partwise::keys {
namespace {

std::unique_ptr<KeySet> simulated(Simulation simulation, std::int64_t records,
                                  std::vector<std::string> patterns = {"tenant_id-", "user_id-"}) {
  SimulationSpec spec;
  spec.simulation = simulation;
  spec.records = records;
  spec.patterns = std::move(patterns);
  return simulated_keys(spec).value();
}

PlacementRules rules_of(int partitions) {
  PlacementRules rules;
  rules.partitions = partitions;
  return rules;
}

Placement placed(const KeySet& keys, Strategy strategy, const PlacementRules& rules) {
  return placements(keys, {&strategy, 1}, rules, {})->each.front();
}

std::vector<Placement> all_placed(const KeySet& keys, const PlacementRules& rules) {
  return placements(keys, all_strategies, rules, {}).value().each;
}

double cv_of(const KeySet& keys, Strategy strategy, int partitions) {
  return spread_of(placed(keys, strategy, rules_of(partitions)).load.records).cv_percent;
}

std::int64_t sum(const std::vector<std::int64_t>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

// The document's tables: 1,000 records on 10 partitions.
TEST(Placement, GivesTheDocumentedTablesWhereTheyAreDeterministic) {
  const std::map<Simulation, double> range = {{Simulation::typical, 31.62},
                                              {Simulation::less, 3.16},
                                              {Simulation::more, 105.41},
                                              {Simulation::none, 3.16}};
  for (const auto& [simulation, cv] : range) {
    const auto keys = simulated(simulation, 1000);
    EXPECT_NEAR(cv_of(*keys, Strategy::range, 10), cv, 0.005) << name_of(simulation);
    EXPECT_EQ(cv_of(*keys, Strategy::round_robin, 10), 0) << name_of(simulation);
  }
}

// Sorted as text, cut into chunks of K / P + 1.
TEST(Placement, CutsRangesAsSortingWould) {
  for (const auto simulation : {Simulation::none, Simulation::hot, Simulation::typical}) {
    for (const int partitions : {1, 3, 7, 10, 64, 1000}) {
      const auto keys = simulated(simulation, 4321, {"user_id-", "k", "key-", "user_id-"});
      std::map<std::string, std::int64_t> sorted;
      keys->visit([&](const KeyBlock& block) {
        for (std::size_t i = 0; i < block.size(); ++i)
          sorted[std::string(block.key(i))] = block.records_of(i);
        return true;
      });
      Load expected(partitions, 0);
      std::size_t rank = 0;
      for (const auto& [key, records] : sorted) {
        const auto size = sorted.size() / static_cast<std::size_t>(partitions) + 1;
        expected.add(rank++ / size, records, std::ssize(key));
      }
      const auto load = keys->by_range(partitions);
      EXPECT_EQ(load.records, expected.records) << name_of(simulation) << " " << partitions;
      EXPECT_EQ(load.key_bytes, expected.key_bytes) << name_of(simulation) << " " << partitions;
      std::vector<std::int64_t> groups(load.records.size());
      for (const auto& group : load.groups) {
        for (std::size_t p = 0; p < group.size(); ++p) groups[p] += group[p];
      }
      EXPECT_EQ(groups, load.records);
    }
  }
}

TEST(Placement, LosesNoRecordAndNoByte) {
  for (const auto simulation :
       {Simulation::typical, Simulation::more, Simulation::none, Simulation::hot}) {
    const auto keys = simulated(simulation, 12'345);
    for (const int partitions : {1, 2, 10, 97}) {
      for (const auto& placement : all_placed(*keys, rules_of(partitions))) {
        SCOPED_TRACE(
            fmt::format("{} {} {}", name_of(simulation), partitions, name_of(placement.strategy)));
        EXPECT_EQ(sum(placement.load.records), 12'345);
        const auto bytes = sum(placement.load.key_bytes);
        if (placement.strategy == Strategy::salted) {
          EXPECT_GE(bytes, keys->key_bytes());
        } else {
          EXPECT_EQ(bytes, keys->key_bytes());
        }
        std::int64_t grouped = 0;
        for (const auto& group : placement.load.groups) grouped += sum(group);
        EXPECT_EQ(grouped, 12'345);
      }
    }
  }
}

TEST(Placement, SpreadsAHotKeyOverItsSalts) {
  const auto keys = simulated(Simulation::hot, 1000);
  auto rules = rules_of(10);
  rules.salt_ways = 4;
  // hot-key#0 .. #3 by kafka-clients 4.3.1's murmur2, 10 partitions.
  const auto load = placed(*keys, Strategy::salted, rules).load;
  std::vector<std::int64_t> hot(10);
  for (const auto* key : {"hot-key#0", "hot-key#1", "hot-key#2", "hot-key#3"}) {
    hot[static_cast<std::size_t>(partition_of(Partitioner::murmur2, key, 10))] += 200;
  }
  EXPECT_EQ(load.groups[0], hot);
}

TEST(Placement, GivesAHotKeyTwoPartitionsOfWhichTheEmptierGetsMore) {
  CountedKeys keys;
  keys.add("hot", 600);
  // On 2 partitions: the others make one side heavier.
  for (int i = 0; i < 400; ++i) keys.add("k" + std::to_string(i), 1);
  for (const int partitions : {3, 5, 10}) {
    const auto a = static_cast<std::size_t>(partition_of(Partitioner::murmur2, "hot", partitions));
    const auto others = static_cast<std::uint32_t>(partitions - 1);
    const auto b = (a + 1 + murmur3("hot") % others) % static_cast<std::size_t>(partitions);
    const auto load = placed(keys, Strategy::two_choices, rules_of(partitions)).load;
    const auto plain = placed(keys, Strategy::murmur2, rules_of(partitions)).load;
    EXPECT_EQ(sum(load.records), 1000);
    for (std::size_t p = 0; p < load.records.size(); ++p) {
      if (p != a && p != b) {
        EXPECT_EQ(load.records[p], plain.records[p]);
      }
    }
    EXPECT_LE(std::abs(load.records[a] - load.records[b]), 2) << partitions;
  }
}

TEST(Placement, GivesEveryHotKeyTwoPartitionsWhateverItsHashes) {
  for (int i = 0; i < 50; ++i) {
    CountedKeys keys;
    keys.add("tenant_id-" + std::to_string(i), 100);
    for (const int partitions : {2, 3, 12}) {
      auto records = placed(keys, Strategy::two_choices, rules_of(partitions)).load.records;
      std::sort(records.rbegin(), records.rend());
      EXPECT_EQ(records[0], 50) << i;
      EXPECT_EQ(records[1], 50) << i;
    }
  }
}

TEST(Placement, ChoosesAnotherPartitionForEachBatch) {
  const auto keys = simulated(Simulation::none, 100'000);
  const auto placement = placed(*keys, Strategy::sticky_batches, rules_of(10));
  EXPECT_EQ(placement.choices, 1000);
  for (const auto records : placement.load.records) {
    EXPECT_EQ(records % 100, 0);
    // Of 1,000 batches 100, with a standard deviation below 10.
    EXPECT_NEAR(static_cast<double>(records), 10'000, 4000);
  }
  // With two partitions, any but the present one is the other.
  const auto two = placed(*keys, Strategy::sticky_batches, rules_of(2));
  EXPECT_EQ(two.load.records[0], 50'000);
}

TEST(Placement, ChangesThePartitionAfterSoManyBytes) {
  CountedKeys keys;
  keys.add("12345678", 1000);
  auto rules = rules_of(7);
  rules.value_bytes = 92;  // 100 bytes a record
  rules.batch_bytes = 1000;
  const auto placement = placed(keys, Strategy::sticky_bytes, rules);
  EXPECT_EQ(placement.choices, 100);
  for (const auto records : placement.load.records) EXPECT_EQ(records % 10, 0);
}

// librdkafka's default takes an empty key for none; Java's client hashes it: to partition 3 of 6.
TEST(Placement, TreatsEmptyAndMissingKeysAsEachClient) {
  CountedKeys keys;
  keys.add("", 60'000);
  const auto java = placed(keys, Strategy::murmur2, rules_of(6));
  EXPECT_EQ(java.load.records[3], 60'000);
  const auto librdkafka = placed(keys, Strategy::crc32, rules_of(6));
  for (const auto records : librdkafka.load.records) EXPECT_GT(records, 0);
  EXPECT_EQ(librdkafka.weights.keys(), 0);
  EXPECT_EQ(java.weights.keys(), 1);

  CountedKeys without;
  without.add_null(60'000);
  for (const auto& placement : all_placed(without, rules_of(6))) {
    EXPECT_EQ(sum(placement.load.records), 60'000);
    for (const auto records : placement.load.records) {
      EXPECT_GT(records, 0) << name_of(placement.strategy);
    }
  }
}

// librdkafka's "consistent": an empty key and none go where CRC-32 of no bytes says, to the first.
TEST(Placement, PlacesRecordsWithoutAKeyWhereTheClientDoes) {
  CountedKeys keys;
  keys.add("", 100);
  keys.add("a", 500);
  keys.add_null(300);
  auto rules = rules_of(6);
  rules.places_all = true;
  const auto placement = placed(keys, Strategy::crc32, rules);
  EXPECT_EQ(placement.load.records[0], 400);
  EXPECT_EQ(placement.keyed_records, placement.load.records);
  EXPECT_EQ(placement.weights.keys(), 2);
  EXPECT_EQ(placement.weights.squares(), 400.0 * 400 + 500.0 * 500);
}

// One key has two mean partitions; those without a key do not hide it.
TEST(Placement, FindsAHotKeyAmongRecordsWithoutAKey) {
  CountedKeys keys;
  keys.add("hot", 40'000);
  for (int i = 0; i < 60; ++i) keys.add("light" + std::to_string(i), 1'000);
  keys.add_null(900'000);
  EXPECT_EQ(placed(keys, Strategy::murmur2, rules_of(50)).hot_keys, 1);
}

// For librdkafka's default an empty key is none, and can be no hot one.
TEST(Placement, TakesEmptyKeysOffOnce) {
  CountedKeys keys;
  keys.add("", 20'000);
  for (int i = 0; i < 50; ++i) keys.add("key" + std::to_string(i), 400);
  const auto crc32 = placed(keys, Strategy::crc32, rules_of(24));
  EXPECT_EQ(crc32.hot_keys, 0);
  EXPECT_FALSE(crc32.other_weights);
  EXPECT_EQ(placed(keys, Strategy::murmur2, rules_of(24)).hot_keys, 1);
}

TEST(Placement, ScalesCountedKeysExactly) {
  CountedKeys keys;
  keys.add("a", 1);
  keys.add("b", 2);
  keys.add_null(1);
  const auto scaled = keys.scaled_to(1001);
  EXPECT_EQ(scaled->records(), 1001);
  EXPECT_EQ(scaled->null_records(), 250);
  EXPECT_EQ(scaled->heavy(1, 9).front().records, 501);
}

TEST(Placement, TellsHowFarItIs) {
  std::vector<int> percents;
  const auto keys = simulated(Simulation::none, 1'000'000);
  placements(*keys, all_strategies, rules_of(6), {},
             [&](int percent) { percents.push_back(percent); });
  ASSERT_GE(percents.size(), 10);
  EXPECT_TRUE(std::is_sorted(percents.begin(), percents.end()));
  EXPECT_LE(percents.front(), 10);
  EXPECT_EQ(percents.back(), 100);
}

TEST(Placement, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(placements(*simulated(Simulation::none, 1000), all_strategies, rules_of(6),
                          stop.get_token()));
}

}  // namespace
}  // namespace partwise::keys
