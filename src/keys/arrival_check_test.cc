#include "keys/arrival_check.h"

#include <gtest/gtest.h>

#include "keys/counted_keys.h"
#include "keys/key_simulation.h"

namespace partwise::keys {
namespace {

class ArrivalCheckTest : public ::testing::Test {
 protected:
  ArrivalCheckTest() {
    SimulationSpec spec;
    spec.simulation = Simulation::typical;
    spec.records = 1000;
    spec.patterns = {"tenant_id-"};
    keys_ = simulated_keys(spec).value();
    rules_.partitions = 6;
    check_.emplace(*keys_, Strategy::murmur2, rules_);
    for (std::int64_t i = 0; i < 1000; ++i) check_->acknowledged(i);
  }

  void arrive(std::int64_t record) {
    const auto key = "tenant_id-" + std::to_string(record % 100);
    check_->take(partition_of(Partitioner::murmur2, key, 6), record, key);
  }

  std::unique_ptr<KeySet> keys_;
  PlacementRules rules_;
  std::optional<ArrivalCheck> check_;
};

TEST_F(ArrivalCheckTest, ProvesWhatIsAsItShouldBe) {
  for (std::int64_t i = 0; i < 1000; ++i) arrive(i);
  const auto found = std::move(*check_).finish();
  EXPECT_TRUE(found.proven());
  EXPECT_EQ(found.arrived, 1000);
  EXPECT_EQ(found.actual, found.theoretical);
}

TEST_F(ArrivalCheckTest, FindsEveryFault) {
  for (std::int64_t i = 0; i < 1000; ++i) {
    if (i == 10) continue;   // lost
    if (i == 20) continue;   // late
    if (i == 30) arrive(i);  // and once more below
    if (i == 40) {
      check_->take((partition_of(Partitioner::murmur2, "tenant_id-40", 6) + 1) % 6, 40,
                   "tenant_id-40");
      continue;
    }
    if (i == 50) {
      check_->take(partition_of(Partitioner::murmur2, "tenant_id-50", 6), 50, "tenant_id-x");
      continue;
    }
    arrive(i);
  }
  arrive(20);
  const auto found = std::move(*check_).finish();
  EXPECT_FALSE(found.proven());
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.out_of_order, 1);
  EXPECT_EQ(found.twice, 1);
  EXPECT_EQ(found.misplaced, 1);
  EXPECT_EQ(found.wrong_key, 1);
  EXPECT_EQ(found.arrived, 999);
  EXPECT_EQ(found.examples.size(), 5U);
}

TEST_F(ArrivalCheckTest, DoesNotCallLostWhatWasNeverAcknowledged) {
  ArrivalCheck check(*keys_, Strategy::murmur2, rules_);
  check.take(partition_of(Partitioner::murmur2, "tenant_id-0", 6), 0, "tenant_id-0");
  const auto found = std::move(check).finish();
  EXPECT_TRUE(found.proven());
  EXPECT_EQ(found.unacknowledged, 1);
}

// rd_kafka_msg_partitioner_consistent: CRC-32 of no bytes is 0. The "_random" one may choose any.
TEST(ArrivalCheck, KnowsWhereAClientPutsRecordsWithoutAKey) {
  CountedKeys keys;
  keys.set_order({keys.add("", 1), CountedKeys::no_key});
  keys.add_null(1);
  PlacementRules rules;
  rules.partitions = 6;
  ArrivalCheck any(keys, Strategy::crc32, rules);
  rules.places_all = true;
  ArrivalCheck first(keys, Strategy::crc32, rules);
  for (auto* check : {&any, &first}) {
    check->take(4, 0, "");
    check->take(0, 1, std::nullopt);
  }
  const auto anywhere = std::move(any).finish();
  EXPECT_EQ(anywhere.unkeyed, 2);
  EXPECT_EQ(anywhere.misplaced, 0);
  const auto on_first = std::move(first).finish();
  EXPECT_EQ(on_first.unkeyed, 0);
  EXPECT_EQ(on_first.misplaced, 1);
  EXPECT_EQ(on_first.theoretical[0], 2);
}

}  // namespace
}  // namespace partwise::keys
