#include "sample/scan_tally.h"

#include <gtest/gtest.h>

namespace partwise::sample {
namespace {

using std::chrono::minutes;

const WindowGrid hour{Instant{std::chrono::hours(480'000)}, minutes(1), 60};
constexpr std::int64_t minute_ms = 60'000;

std::int64_t at(int minute, int ms = 0) {
  return hour.start.time_since_epoch().count() + minute * minute_ms + ms;
}

PartitionTally tally_of(const std::vector<ScannedRecord>& records) {
  PartitionTally tally(hour, hour.end() + minutes(1));
  for (const auto& record : records) tally.add(record);
  return tally;
}

TEST(PartitionTally, CountsALateRecordWhenItCame) {
  const auto tally = tally_of({{at(3), 100}, {at(1), 50}, {at(4), 10}});
  ASSERT_EQ(tally.windows().size(), 2U);
  EXPECT_EQ(tally.windows()[0].window, 3);
  EXPECT_EQ(tally.windows()[0].records, 2);
  EXPECT_EQ(tally.windows()[0].bytes, 150);
  EXPECT_EQ(tally.windows()[1].window, 4);
}

TEST(PartitionTally, AStampFromTheFutureSaysNothingAboutWhatFollows) {
  const auto tally = tally_of({{at(3), 1}, {at(59 + 24 * 60), 1}, {at(4), 1}});
  ASSERT_EQ(tally.windows().size(), 2U);
  EXPECT_EQ(tally.windows()[0].records, 2);
  EXPECT_EQ(tally.windows()[1].window, 4);
}

TEST(PartitionTally, LeavesOutTheWindowThatIsStillOpen) {
  EXPECT_TRUE(tally_of({{at(60, 10), 1}}).windows().empty());
}

TEST(ScannedDemand, AddsPartitionsUpAndFindsThePeak) {
  const std::vector<OffsetRange> ranges = {{0, 3}, {0, 2}};
  const std::vector<PartitionTally> tallies = {
      tally_of({{at(10), 600}, {at(20), 600}, {at(20, 5), 1200}}),
      tally_of({{at(20), 600}, {at(30), 600}})};
  const auto demand = scanned_demand(hour, ranges, tallies, 1, false);
  EXPECT_EQ(demand.records, 5);
  EXPECT_EQ(demand.records_in_window, 5);
  EXPECT_DOUBLE_EQ(demand.peak.value, 40);  // (600 + 1200 + 600) / 60
  EXPECT_EQ(demand.peak_window.start, hour.boundary(20));
  EXPECT_DOUBLE_EQ(*demand.hottest_share, 2.0 / 3);
  EXPECT_EQ(demand.hottest_partition, 0);
  // Born in minute 10: 3,600 bytes over 50 minutes.
  EXPECT_DOUBLE_EQ(demand.mean.value, 3600.0 / 3000);
  EXPECT_DOUBLE_EQ(scanned_demand(hour, ranges, tallies, 1, true).mean.value, 1);
  // Each minute is a step of the course.
  EXPECT_EQ(demand.course.step, Millis(60'000));
  ASSERT_EQ(demand.course.bytes_per_s.size(), 60U);
  EXPECT_DOUBLE_EQ(demand.course.bytes_per_s[20].value(), 40);
  EXPECT_DOUBLE_EQ(demand.course.bytes_per_s[21].value(), 0);
}

TEST(ScannedDemand, TakesTheWindowThatAPercentileAllows) {
  std::vector<ScannedRecord> records;
  for (int m = 0; m < 60; ++m) records.push_back({at(m), 60 * (m + 1)});
  const std::vector<OffsetRange> ranges = {{0, 60}};
  const std::vector<PartitionTally> tallies = {tally_of(records)};
  // 60 windows of 1 .. 60 B/s: p95 lets three be above.
  EXPECT_DOUBLE_EQ(scanned_demand(hour, ranges, tallies, 0.95, true).peak.value, 57);
  EXPECT_DOUBLE_EQ(scanned_demand(hour, ranges, tallies, 1, true).peak.value, 60);
}

}  // namespace
}  // namespace partwise::sample
