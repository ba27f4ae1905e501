#include "sizing/rule.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace partwise::sizing {
namespace {

SizingSettings with(double consumer_mb, double factor, int floor = 6) {
  SizingSettings settings;
  settings.consumer_capacity = {consumer_mb * 1e6};
  settings.factor = factor;
  settings.min_partitions = floor;
  return settings;
}

TEST(CapacityModel, DividesTheRequirementByTheConsumer) {
  // The existing tool's example: 1250 MB/s needed, 25 MB/s a consumer: 50.
  EXPECT_EQ(PartitionRule(with(25, 1)).partitions({1250e6}), 50);
  EXPECT_EQ(PartitionRule(with(25, 5)).partitions({250e6}), 50);
}

TEST(CapacityModel, GivesTheFloorAtExactlyTheThreshold) {
  SizingSettings settings;  // 10 MiB/s a partition, threshold 10 MiB/s, floor 6
  settings.factor = 1;
  EXPECT_EQ(PartitionRule(settings).partitions({10 * mib}), 6);
}

TEST(CapacityModel, RoundsUp) {
  // 3 * 24 = 72 MiB/s over 10 MiB/s: 7.2.
  EXPECT_EQ(PartitionRule(SizingSettings{}).partitions({24 * mib}), 8);
}

TEST(CapacityModel, DoesNotRoundUpWhatIsWholeByHand) {
  // 3 * (0.1 + 0.2) is 0.9000000000000001 in doubles; by hand it is 0.9: 9 of 0.1, not 10.
  SizingSettings settings = with(0, 3, 1);
  settings.threshold = {0};
  settings.consumer_capacity = {0.1};
  EXPECT_EQ(PartitionRule(settings).partitions({0.1 + 0.2}), 9);
}

TEST(CapacityModel, IsBoundByTheTighterSide) {
  auto settings = with(25, 1, 1);
  settings.producer_capacity = BytesPerSecond{10e6};
  EXPECT_EQ(PartitionRule(settings).partitions({100e6}), 10);
  settings.producer_capacity = BytesPerSecond{50e6};
  EXPECT_EQ(PartitionRule(settings).partitions({100e6}), 4);
}

TEST(CapacityModel, GivesAtLeastOnePartitionToEachConsumer) {
  auto settings = with(25, 1);
  settings.consumers = 20;
  EXPECT_EQ(PartitionRule(settings).partitions({0}), 20);
  EXPECT_EQ(PartitionRule(settings).partitions({1250e6}), 50);
}

TEST(RatioModel, DividesThePeakByTheMean) {
  // A steady 1 GB/s topic gets the factor; one that peaks at ten times its mean gets thirty.
  EXPECT_EQ(PartitionRule(with(25, 3), {1e9}).partitions({1e9}), 3);
  EXPECT_EQ(PartitionRule(with(25, 3), {1e6}).partitions({10.4e6}), 32);
}

TEST(RatioModel, GivesTheFloorBelowTheThreshold) {
  EXPECT_EQ(PartitionRule(with(25, 3), {1e3}).partitions({50e3}), 6);
  // 3 * 3 MB/s is below 10 MiB/s: 6. 3 * 4 MB/s is above it: 3 * 4 / 4 = 3. So a range has both.
  const PartitionRule rule(with(25, 3), {4e6});
  EXPECT_EQ(rule.partitions({3e6}), 6);
  EXPECT_EQ(rule.partitions({4e6}), 3);
  EXPECT_EQ(rule.partitions_between({3e6}, {4e6}), (PartitionRange{3, 6}));
}

RC_GTEST_PROP(PartitionRule, IsMonotone, ()) {
  const auto peak = *rc::gen::inRange(0, 2'000'000'000);
  const auto more = *rc::gen::inRange(0, 2'000'000'000);
  const auto capacity = *rc::gen::inRange(1, 100);
  const auto factor = *rc::gen::inRange(1, 20);
  const auto at = [&](double p, double c, double f) {
    return PartitionRule(with(c, f)).partitions({p});
  };
  const double p = peak;
  RC_ASSERT(at(p + more, capacity, factor) >= at(p, capacity, factor));
  RC_ASSERT(at(p, capacity, factor + 1) >= at(p, capacity, factor));
  RC_ASSERT(at(p, capacity + 1, factor) <= at(p, capacity, factor));
  RC_ASSERT(at(p, capacity, factor) >= 6);
}

RC_GTEST_PROP(PartitionRule, PeakLimitIsTheGreatestPeakThatNeedsNoMore, ()) {
  const auto partitions = *rc::gen::inRange(6, 500);
  const auto capacity = *rc::gen::inRange(1, 100);
  const PartitionRule rule(with(capacity, 3));
  const double limit = rule.peak_limit(partitions).value;
  RC_ASSERT(rule.partitions({limit}) <= partitions);
  RC_ASSERT(rule.partitions({limit * (1 + 1e-9)}) > partitions ||
            // Under the threshold the floor holds for all.
            3 * limit < 10 * mib);
}

}  // namespace
}  // namespace partwise::sizing
