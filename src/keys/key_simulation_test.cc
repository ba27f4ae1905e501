#include "keys/key_simulation.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "keys/counted_keys.h"

namespace partwise::keys {
namespace {

SimulationSpec spec_of(Simulation simulation, std::int64_t records,
                       std::vector<std::string> patterns = {"tenant_id-", "user_id-"}) {
  SimulationSpec spec;
  spec.simulation = simulation;
  spec.records = records;
  spec.patterns = std::move(patterns);
  return spec;
}

std::map<std::string, std::int64_t> all_of(const KeySet& keys) {
  std::map<std::string, std::int64_t> all;
  keys.visit([&](const KeyBlock& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      EXPECT_TRUE(all.emplace(block.key(i), block.records_of(i)).second) << block.key(i);
    }
    return true;
  });
  return all;
}

// The document's words: id % n picks the pattern, id % 100, % 1000, % 10 or id is the number.
TEST(KeySimulation, MakesTheDocumentedKeys) {
  const std::map<Simulation, std::int64_t> numbers = {{Simulation::typical, 100},
                                                      {Simulation::less, 1000},
                                                      {Simulation::more, 10},
                                                      {Simulation::none, 1'000'000}};
  const std::vector<std::string> patterns = {"a-", "b-", "c-"};
  for (const auto& [simulation, divisor] : numbers) {
    for (const std::int64_t records : {10, 99, 1000, 2345}) {
      std::map<std::string, std::int64_t> expected;
      std::int64_t bytes = 0;
      for (std::int64_t id = 0; id < records; ++id) {
        const auto key = patterns[static_cast<std::size_t>(id % 3)] + std::to_string(id % divisor);
        ++expected[key];
        bytes += std::ssize(key);
      }
      const auto keys = simulated_keys(spec_of(simulation, records, patterns)).value();
      EXPECT_EQ(all_of(*keys), expected) << name_of(simulation) << " " << records;
      EXPECT_EQ(keys->keys(), std::ssize(expected));
      EXPECT_EQ(keys->records(), records);
      EXPECT_EQ(keys->key_bytes(), bytes) << name_of(simulation) << " " << records;
    }
  }
}

TEST(KeySimulation, HasAHotKeyInTheFirstFourFifths) {
  const auto keys = simulated_keys(spec_of(Simulation::hot, 1001)).value();
  const auto all = all_of(*keys);
  EXPECT_EQ(all.at("hot-key"), 801);  // ids below 800.8
  EXPECT_EQ(all.size(), 201U);
  EXPECT_EQ(all.at("cold-key-801"), 1);
  EXPECT_EQ(all.at("cold-key-1000"), 1);
  EXPECT_EQ(all.count("cold-key-800"), 0U);
}

TEST(KeySimulation, KnowsTheKeyOfEachRecord) {
  std::string room;
  const auto none = simulated_keys(spec_of(Simulation::none, 1000)).value();
  const auto typical = simulated_keys(spec_of(Simulation::typical, 1000)).value();
  const auto hot = simulated_keys(spec_of(Simulation::hot, 1000)).value();
  EXPECT_EQ(none->key_of(999, room), "user_id-999");
  EXPECT_EQ(typical->key_of(998, room), "tenant_id-98");
  EXPECT_EQ(hot->key_of(799, room), "hot-key");
  EXPECT_EQ(hot->key_of(800, room), "cold-key-800");
}

TEST(KeySimulation, MixesWeightedKeysEvenly) {
  CountedKeys keys;
  keys.add("a", 600);
  keys.add("b", 300);
  keys.add_null(100);
  EXPECT_FALSE(keys.has_order());
  keys.mix();
  std::map<std::string, int> seen;
  std::string room;
  for (std::int64_t i = 0; i < 1000; ++i) {
    ++seen[std::string(keys.key_of(i, room).value_or("none"))];
    EXPECT_NEAR(seen["a"], 0.6 * static_cast<double>(i + 1), 1.5);
    EXPECT_NEAR(seen["b"], 0.3 * static_cast<double>(i + 1), 1.5);
  }
  EXPECT_EQ(seen, (std::map<std::string, int>{{"a", 600}, {"b", 300}, {"none", 100}}));
}

TEST(KeySimulation, TellsTheSizesOfRecordsInTheirOrder) {
  const auto sizes_of = [](const KeySet& keys) {
    std::vector<std::uint32_t> sizes;
    keys.visit_records([&](const RecordBlock& block) {
      sizes.insert(sizes.end(), block.key_bytes.begin(), block.key_bytes.end());
      return true;
    });
    return sizes;
  };
  const std::vector<std::string> patterns = {"tenant_id-", "user_id-"};
  const auto typical = sizes_of(*simulated_keys(spec_of(Simulation::typical, 9000)).value());
  const auto none = sizes_of(*simulated_keys(spec_of(Simulation::none, 12345)).value());
  const auto hot = sizes_of(*simulated_keys(spec_of(Simulation::hot, 5000)).value());
  ASSERT_EQ(typical.size(), 9000U);
  ASSERT_EQ(none.size(), 12345U);
  ASSERT_EQ(hot.size(), 5000U);
  for (std::size_t id = 0; id < typical.size(); ++id) {
    ASSERT_EQ(typical[id], patterns[id % 2].size() + std::to_string(id % 100).size()) << id;
  }
  for (std::size_t id = 0; id < none.size(); ++id) {
    ASSERT_EQ(none[id], patterns[id % 2].size() + std::to_string(id).size()) << id;
  }
  for (std::size_t id = 0; id < hot.size(); ++id) {
    ASSERT_EQ(hot[id], id < 4000 ? 7U : 13U) << id;  // hot-key, cold-key-4000
  }
}

TEST(KeySimulation, SharesRecordsOutExactly) {
  auto spec = spec_of(Simulation::shares, 1000, {"user-"});
  spec.keys = 3;
  spec.shares = {{"acme", 0.4}, {"globex", 0.25}};
  const std::map<std::string, std::int64_t> expected = {
      {"acme", 400}, {"globex", 250}, {"user-0", 117}, {"user-1", 116}, {"user-2", 117}};
  EXPECT_EQ(all_of(*simulated_keys(spec).value()), expected);

  spec = spec_of(Simulation::zipf, 1100, {"k"});
  spec.keys = 3;  // 1 : 1/2 : 1/3, so 600 : 300 : 200
  const std::map<std::string, std::int64_t> zipf = {{"k0", 600}, {"k1", 300}, {"k2", 200}};
  EXPECT_EQ(all_of(*simulated_keys(spec).value()), zipf);
}

TEST(KeySimulation, RefusesWhatCannotBeMeant) {
  const auto refusal = [](const SimulationSpec& spec) {
    return simulated_keys(spec).error().message;
  };
  EXPECT_NE(refusal(spec_of(Simulation::none, 1000, {})).find("no key pattern"), std::string::npos);
  EXPECT_NE(refusal(spec_of(Simulation::none, 9)).find("9 records"), std::string::npos);
  EXPECT_NE(refusal(spec_of(Simulation::none, 1'000'000'001)).find("1,000,000,001"),
            std::string::npos);
  EXPECT_NE(refusal(spec_of(Simulation::none, 1000, {"k", "k1-"})).find("'k' and 'k1-'"),
            std::string::npos);
  auto spec = spec_of(Simulation::uniform, 1000);
  spec.keys = 0;
  EXPECT_NE(refusal(spec).find("0 keys"), std::string::npos);
}

TEST(KeySimulation, MergesKeysThatTwoPatternsMake) {
  auto spec = spec_of(Simulation::uniform, 200, {"k", "k1"});
  spec.keys = 15;
  std::map<std::string, std::int64_t> expected;
  for (std::int64_t id = 0; id < 200; ++id) {
    ++expected[(id % 2 == 0 ? "k" : "k1") + std::to_string(id % 15)];
  }
  EXPECT_LT(expected.size(), 30U);  // k10 is both k + 10 and k1 + 0
  EXPECT_EQ(all_of(*simulated_keys(spec).value()), expected);
}

}  // namespace
}  // namespace partwise::keys
