// The fleets that come with the program are what they are said to be.
#include "fleet/demo_fleet.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "fleet/fleet_topics.h"
#include "fleet/truth.h"

namespace partwise::fleet {
namespace {

// Thursday, 8 January 2026, 10:20:30 UTC.
constexpr Instant now{Millis{1'767'867'630'000}};

class DemoFleet : public testing::Test {
 protected:
  void SetUp() override {
    auto fleet = FleetTopics::from(demo_fleet(now));
    ASSERT_TRUE(fleet.has_value()) << fleet.error()[0].message;
    TruthSettings settings;
    settings.now = now;
    Truth truths(settings);
    for (const auto& topic : fleet->topics()) {
      partitions_[topic.name()] = topic.partitions();
      truths_[topic.name()] = truths.of(topic);
    }
  }

  std::int64_t records(const std::string& topic) {
    std::int64_t sum = 0;
    for (const auto& log : truths_.at(topic).log) sum += log.records();
    return sum;
  }

  std::map<std::string, int> partitions_;
  std::map<std::string, TopicTruth> truths_;
};

TEST_F(DemoFleet, HasTopicsOfEveryKind) {
  EXPECT_GE(truths_.size(), 40U);
  int more = 0;
  int fewer = 0;
  double bytes = 0;
  for (const auto& [name, truth] : truths_) {
    more += truth.sizing.partitions > partitions_[name];
    fewer += truth.sizing.partitions < partitions_[name];
    for (const auto& log : truth.log) bytes += static_cast<double>(log.bytes);
  }
  EXPECT_GE(more, 5);
  EXPECT_GE(fewer, 5);
  // Tens of TB.
  EXPECT_GT(bytes, 1e13);
  EXPECT_LT(bytes, 1e15);

  EXPECT_GT(truths_.at("ledger").sizing.partitions, 2 * partitions_["ledger"]);
  EXPECT_EQ(truths_.at("users").heaviest_keys[0].key, "tenant-1");
  EXPECT_EQ(truths_.at("users").heaviest_keys[0].share, 0.7);
  EXPECT_EQ(records("migration.tmp"), 0);
  EXPECT_EQ(records("old.events"), 0);
  EXPECT_GT(truths_.at("old.events").log[0].end_offset, 0);
  EXPECT_GT(records("launch"), 0);
  EXPECT_FALSE(truths_.at("old.events").peak.has_value());
}

TEST(BenchFleet, HasTenMillionRecordsAPartition) {
  const auto fleet = *FleetTopics::from(bench_fleet(300, 10, now));
  double records = 0;
  double least = 1e18;
  double most = 0;
  for (const auto& topic : fleet.topics()) {
    const double total = topic.demand().total(fleet.start() + fleet.history());
    records += total;
    least = std::min(least, total);
    most = std::max(most, total);
  }
  EXPECT_NEAR(records, 300 * 10 * 1e7, 300 * 10 * 1e7 * 0.1);
  EXPECT_NEAR(most / least, 1e5, 2e4);
}

}  // namespace
}  // namespace partwise::fleet
