#include "sizing/judge.h"

#include <gtest/gtest.h>

#include "sizing/migration.h"

namespace partwise::sizing {
namespace {

TopicReport topic_of(int partitions) {
  TopicReport topic;
  topic.name = "t";
  topic.partitions = partitions;
  topic.compacted = false;
  return topic;
}

// A peak that is known to the minute.
Demand demand_of(Interval peak, Interval mean = Interval::exactly(1 * mib)) {
  Demand demand;
  demand.records = 1000;
  demand.decision = Decision::proved;
  demand.record_bytes = Interval::exactly(100);
  demand.mean = mean;
  demand.peak = peak;
  demand.peak_window = {{}, Millis(60'000), 500, true};
  return demand;
}

TopicReport judged(int partitions, const Demand& demand, const JudgeSettings& settings = {}) {
  auto topic = topic_of(partitions);
  judge(topic, demand, settings);
  return topic;
}

TEST(Judge, ShowsTheArithmeticOfAGrowingTopic) {
  // 3 * 31 = 93 MiB/s over 10 MiB/s: 9.3, so 10. 8 -> 10 keeps gcd 2 of 10: 80 % move; 16: 50 %.
  const auto topic = judged(8, demand_of(Interval::exactly(31 * mib)));
  EXPECT_EQ(topic.recommended, 10);
  EXPECT_EQ(topic.binding, Binding::egress);
  EXPECT_EQ(topic.reason,
            "egress: 3 x 31.0 MiB/s = 93.0 MiB/s / 10.0 MiB/s per partition = 9.30, rounded up");
  EXPECT_DOUBLE_EQ(*topic.keys_moved_share, 0.8);
  EXPECT_EQ(topic.next_multiple, 16);
  EXPECT_DOUBLE_EQ(*topic.next_multiple_moved_share, 0.5);
  EXPECT_EQ(topic.advice, "raise 8 to 10: moves 80.0 % of the keys (to 16, a multiple: 50.0 %)");
}

TEST(Judge, NamesTheProducerSideWhenItIsTighter) {
  JudgeSettings settings;
  settings.sizing.producer_capacity = BytesPerSecond{5 * mib};
  const auto topic = judged(8, demand_of(Interval::exactly(31 * mib)), settings);
  EXPECT_EQ(topic.recommended, 19);  // 93 / 5 = 18.6
  EXPECT_EQ(topic.binding, Binding::ingress);
}

TEST(Judge, KeepsAnIntervalAndSaysWhatIsOpen) {
  const auto topic = judged(8, demand_of({31 * mib, 20 * mib, 40 * mib}));
  EXPECT_EQ(topic.recommended, 10);
  EXPECT_EQ(topic.recommended_range, (PartitionRange{6, 12}));
  EXPECT_TRUE(topic.reason.ends_with("; what was not measured leaves 6 to 12"));
}

TEST(Judge, GivesAnEmptyTopicTheFloor) {
  Demand demand;
  demand.decision = Decision::watermarks;
  const auto topic = judged(3, demand);
  EXPECT_EQ(topic.status, TopicStatus::empty);
  EXPECT_EQ(topic.recommended, 6);
  EXPECT_EQ(topic.hot_ingress, Tristate::no);
}

TEST(Judge, GivesAnUnmeasuredTopicNoNumber) {
  Demand demand;
  demand.records = 10;
  const auto topic = judged(3, demand);
  EXPECT_EQ(topic.status, TopicStatus::error);
  EXPECT_FALSE(topic.recommended);
}

TEST(Judge, TakesBytesWithoutRecordsForTraffic) {
  auto demand = demand_of(Interval::exactly(31 * mib));
  demand.decision = Decision::counted;
  demand.records = 0;
  demand.peak_window.records = 0;
  const auto topic = judged(8, demand);
  EXPECT_EQ(topic.status, TopicStatus::active);
  EXPECT_EQ(topic.recommended, 10);
  EXPECT_TRUE(peak_has_a_time(topic));
  // What may be in any window has no time, nor has nothing.
  demand.peak_window.exact = false;
  EXPECT_FALSE(peak_has_a_time(judged(8, demand)));
  demand.peak_window.exact = true;
  demand.peak = demand.mean = Interval::exactly(0);
  EXPECT_FALSE(peak_has_a_time(judged(8, demand)));
  EXPECT_EQ(judged(8, demand).status, TopicStatus::empty);
  demand.retained_bytes = 1;
  EXPECT_EQ(judged(8, demand).status, TopicStatus::active);
}

TEST(Judge, SaysWhatANewTopicWouldSave) {
  const auto topic = judged(24, demand_of(Interval::exactly(1 * mib)));
  EXPECT_EQ(topic.recommended, 6);
  EXPECT_EQ(topic.keys_moved_share, 0);
  EXPECT_EQ(topic.binding, Binding::threshold);
  EXPECT_TRUE(topic.advice.starts_with("has 18 more than it needs"));
}

TEST(Judge, WarnsThatPartitionsCannotSplitAHotKey) {
  auto demand = demand_of(Interval::exactly(8 * mib));
  demand.hot_key = HotKey{3, 17, {0.71, 0.6, 0.8}};  // 0.6 * 24 = 14.4 MiB/s of 10
  const auto topic = judged(8, demand);
  EXPECT_EQ(topic.binding, Binding::hot_key);
  EXPECT_TRUE(topic.advice.starts_with(
      "more partitions cannot help: salt the key (that of the record at partition 3, offset 17)"));
  // A share that is not surely too large does not bind.
  demand.hot_key->share.low = 0.3;
  EXPECT_EQ(judged(8, demand).binding, Binding::floor);
}

TEST(Judge, CallsAPartitionHotThatNeedsMoreThanItCarries) {
  auto demand = demand_of(Interval::exactly(8 * mib));
  demand.hottest_rate_bound = 8 * mib;
  demand.hottest_share = 0.5;  // 0.5 * 24 = 12 MiB/s of 10
  EXPECT_EQ(judged(8, demand).hot_egress, Tristate::yes);
  demand.hottest_share = 0.4;  // 9.6
  EXPECT_EQ(judged(8, demand).hot_egress, Tristate::no);
  demand.decision = Decision::watermarks;
  EXPECT_EQ(judged(8, demand).hot_egress, Tristate::unknown);
  demand.hottest_rate_bound = 3 * mib;  // 9 MiB/s at the most
  EXPECT_EQ(judged(8, demand).hot_egress, Tristate::no);
}

TEST(Judge, DoubtsThatMorePartitionsHelpALopsidedPeak) {
  auto demand = demand_of(Interval::exactly(50 * mib));  // 150 MiB/s need 15 partitions of 10
  demand.hottest_partition = 0;
  demand.hottest_share = 0.65;  // of 8 partitions an even share is 0.125
  const auto topic = judged(8, demand);
  EXPECT_EQ(topic.recommended, 15);
  EXPECT_TRUE(has_lopsided_peak(topic));
  EXPECT_TRUE(topic.advice.starts_with("raise 8 to 15"));
  EXPECT_TRUE(topic.advice.ends_with(
      "; partition 0 carries 65.0 % of the peak, 5.2 times an even share: where keys choose the "
      "partition, more partitions may not help it"));
  // Hot by the traffic of all, not by one partition's.
  demand.hottest_share = 0.2;
  EXPECT_FALSE(has_lopsided_peak(judged(8, demand)));
  demand.hottest_share = 1;
  EXPECT_FALSE(has_lopsided_peak(judged(1, demand)));
  // Lopsided, and still within what a partition carries.
  auto small = demand_of(Interval::exactly(1 * mib));
  small.hottest_partition = 0;
  small.hottest_share = 0.65;
  EXPECT_FALSE(has_lopsided_peak(judged(8, small)));
}

TEST(Judge, GrowOnlySaysThatThePresentCountIsEnough) {
  JudgeSettings settings;
  settings.grow_only = true;
  const auto topic = judged(24, demand_of({31 * mib, 20 * mib, 40 * mib}), settings);
  EXPECT_EQ(topic.recommended, 24);
  EXPECT_EQ(judged(8, demand_of({31 * mib, 20 * mib, 40 * mib}), settings).recommended, 10);
}

TEST(Judge, AMinuteAndAnHourOfTheSameBytesDifferBySixty) {
  // 1 MiB/s for an hour is 3600 MiB; in one minute that is 60 MiB/s: 3 * 60 / 10 = 18.
  EXPECT_EQ(judged(6, demand_of(Interval::exactly(1 * mib))).recommended, 6);
  EXPECT_EQ(judged(6, demand_of(Interval::exactly(3600 * mib / 60))).recommended, 18);
}

TEST(Judge, TakesATopicWithCountedBytesAsActiveWhereRecordsAreNotTold) {
  auto demand = demand_of(Interval::exactly(31 * mib));
  demand.records = 0;
  demand.record_bytes.reset();
  demand.decision = Decision::counted;
  EXPECT_EQ(judged(8, demand).status, TopicStatus::active);
  EXPECT_EQ(judged(8, demand).recommended, 10);
  demand.mean = demand.peak = Interval::exactly(0);
  EXPECT_EQ(judged(8, demand).status, TopicStatus::empty);
}

TEST(KeysMoved, AgreesWithWhatWasMeasuredOnMurmur2) {
  // 200,000 keys placed by the Java client's hash: 85.7, 66.6, 49.9, 66.6, 92.3 %.
  EXPECT_NEAR(keys_moved_share(6, 7), 0.857, 0.002);
  EXPECT_NEAR(keys_moved_share(6, 9), 0.666, 0.002);
  EXPECT_NEAR(keys_moved_share(6, 12), 0.499, 0.002);
  EXPECT_NEAR(keys_moved_share(12, 18), 0.666, 0.002);
  EXPECT_NEAR(keys_moved_share(12, 13), 0.923, 0.002);
  EXPECT_EQ(keys_moved_share(6, 6), 0);
}

TEST(NextMultiple, KeepsHalfOfTheKeysInPlace) {
  EXPECT_EQ(next_multiple(8, 10), 16);
  EXPECT_EQ(next_multiple(6, 6), 6);
  EXPECT_EQ(next_multiple(1, 7), 7);
}

}  // namespace
}  // namespace partwise::sizing
