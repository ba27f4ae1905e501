#include "sample/peak_search.h"

#include <cmath>
#include <numeric>
#include <optional>

#include <gtest/gtest.h>

#include "sample/simulated_topic_fake.h"

namespace partwise::sample {
namespace {

using sizing::PartitionRange;
using sizing::PartitionRule;
using sizing::SizingSettings;
using std::chrono::hours;
using std::chrono::minutes;

WindowGrid minutes_grid(int count) { return {Instant{hours(24 * 20'000)}, minutes(1), count}; }

// One record is one byte, so `per_partition` records in a minute fill a partition (F = 1).
SizingSettings records_per_window(double per_partition, int floor) {
  SizingSettings settings;
  settings.factor = 1;
  settings.threshold = {0};
  settings.min_partitions = floor;
  settings.consumer_capacity = {per_partition / 60};
  return settings;
}

struct Outcome {
  PartitionRange partitions;
  int estimate = 0;
  std::int64_t lookups = 0;
  PeakBounds bounds;
  [[nodiscard]] bool proved() const { return partitions.low == partitions.high; }
};

class Searched {
 public:
  Searched(const SimulatedTopic& topic, SearchSettings settings)
      : topic_(topic), table_(topic.grid(), topic.ranges()) {
    const std::vector<int> ends = {0, topic.grid().count};
    for (const int j : ends) topic.put_row(table_, j);
    search_.emplace(table_, table_.filled(), ends, settings);
  }

  Outcome run(const PartitionRule& rule, Interval size = Interval::exactly(1)) {
    search_->assume(SizeModel(size), rule);
    for (auto round = search_->next_round(); !round.empty(); round = search_->next_round()) {
      topic_.answer(table_, round);
    }
    const auto bounds = search_->bounds();
    const double w = 60;
    return {rule.partitions_between({bounds.low / w}, {bounds.high / w}),
            rule.partitions({bounds.value / w}), search_->lookups(), bounds};
  }

 private:
  const SimulatedTopic& topic_;
  OffsetTable table_;
  std::optional<PeakSearch> search_;
};

Outcome searched(const SimulatedTopic& topic, const PartitionRule& rule, double budget,
                 std::int64_t allowed = 0, bool short_rows = true) {
  SearchSettings settings;
  settings.budget_points = budget;
  settings.allowed_above = allowed;
  settings.short_rows = short_rows;
  return Searched(topic, settings).run(rule);
}

int truth(const SimulatedTopic& topic, const PartitionRule& rule, std::int64_t allowed = 0) {
  return rule.partitions({static_cast<double>(topic.nth_fullest(allowed)) / 60});
}

constexpr double no_budget = std::numeric_limits<double>::infinity();

// Random shape, partitions 1..48, windows 1..1440, a capacity that makes it easy or hard.
struct RandomCase {
  SimulatedTopic topic;
  PartitionRule rule;
  double budget;
};

RandomCase random_case(Random& random) {
  const auto shape = static_cast<Shape>(random.below(shapes));
  const int partitions = 1 + static_cast<int>(random.below(random.below(4) == 0 ? 48 : 8));
  const int windows = 1 + static_cast<int>(random.below(random.below(8) == 0 ? 1440 : 200));
  const double mean = std::exp(random.uniform() * 9 - 2);
  auto topic =
      simulated(shape, minutes_grid(windows), partitions, mean, random.below(3) == 0, random);
  const double per_partition = std::max(0.5, mean * std::exp(random.uniform() * 6 - 3));
  const int floor = random.below(2) == 0 ? 1 : 6;
  constexpr double budgets[] = {1, 5, 20, 80, 400, no_budget};
  return {std::move(topic), PartitionRule(records_per_window(per_partition, floor)),
          budgets[random.below(6)]};
}

TEST(PeakSearch, BoundsHoldTheFullGridsAnswerForTenThousandRandomTopics) {
  Random random(1);
  int proved = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto [topic, rule, budget] = random_case(random);
    const std::int64_t allowed = i % 3 == 0 ? topic.grid().count / 100 : 0;
    const auto outcome = searched(topic, rule, budget, allowed);
    const int exact = truth(topic, rule, allowed);
    ASSERT_LE(outcome.partitions.low, exact) << "case " << i;
    ASSERT_GE(outcome.partitions.high, exact) << "case " << i;
    ASSERT_LE(outcome.bounds.low, topic.nth_fullest(allowed)) << "case " << i;
    ASSERT_GE(outcome.bounds.high + 1e-6, topic.nth_fullest(allowed)) << "case " << i;
    ASSERT_TRUE(outcome.proved() || budget < no_budget) << "case " << i;
    proved += outcome.proved() ? 1 : 0;
  }
  // Otherwise the cases were all too hard, or all trivial, to show anything.
  EXPECT_GT(proved, 5'000);
  EXPECT_LT(proved, 9'900);
}

// The least lookups of whole rows that prove the answer, knowing every window: cover the time,
// greedily from the left, with the longest stretches that hold no more than T records.
std::int64_t certificate(const SimulatedTopic& topic, std::int64_t limit) {
  std::int64_t stretches = 0;
  std::int64_t held = 0;
  for (int j = 0; j < topic.grid().count; ++j) {
    const auto n = topic.in_window(j);
    if (held > 0 && held + n > limit) {
      ++stretches;
      held = 0;
    }
    held += n;
  }
  return stretches * topic.partitions();
}

// A seeded cluster: Zipf rates over five orders of magnitude, nine shapes, 1 to 48 partitions.
template <class Visit>
void for_each_topic_of_a_cluster(int topics, Visit visit) {
  Random random(7);
  constexpr int sizes[] = {1, 3, 6, 6, 12, 12, 24, 48};
  for (int rank = 1; rank <= topics; ++rank) {
    const double mean = 60'000.0 / rank;
    const auto shape = static_cast<Shape>(random.below(shapes));
    const int partitions = sizes[random.below(8)];
    visit(simulated(shape, minutes_grid(7 * 1440), partitions, mean, random.below(3) == 0, random));
  }
}

TEST(PeakSearch, ProvesWithLittleMoreThanTheLeastPossibleLookups) {
  const PartitionRule rule(records_per_window(6'000, 6));
  std::int64_t spent = 0;
  std::int64_t least = 0;
  std::int64_t columns = 0;
  for_each_topic_of_a_cluster(120, [&](const SimulatedTopic& topic) {
    const auto outcome = searched(topic, rule, no_budget);
    ASSERT_TRUE(outcome.proved());
    spent += outcome.lookups;
    const auto limit = static_cast<std::int64_t>(outcome.partitions.low) * 6'000;
    least += certificate(topic, limit);
    columns += topic.partitions();
  });
  EXPECT_LE(static_cast<double>(spent),
            1.6 * static_cast<double>(least) + 20 * static_cast<double>(columns));
}

TEST(PeakSearch, ShortRowsSaveLookupsAndChangeNoAnswer) {
  const PartitionRule rule(records_per_window(6'000, 6));
  std::int64_t with = 0;
  std::int64_t without = 0;
  for_each_topic_of_a_cluster(60, [&](const SimulatedTopic& topic) {
    const auto a = searched(topic, rule, no_budget, 0, true);
    const auto b = searched(topic, rule, no_budget, 0, false);
    ASSERT_EQ(a.partitions, b.partitions);
    with += a.lookups;
    without += b.lookups;
  });
  EXPECT_LT(with, without);
}

TEST(PeakSearch, AsksNothingWhereAllRecordsInOneWindowWouldNotMatter) {
  Random random(3);
  const auto topic = simulated(Shape::flat, minutes_grid(1440), 4, 2, false, random);
  const PartitionRule rule(records_per_window(1'000, 6));
  const auto outcome = searched(topic, rule, no_budget);
  EXPECT_EQ(outcome.lookups, 0);
  EXPECT_EQ(outcome.partitions, (PartitionRange{6, 6}));
}

TEST(PeakSearch, DivesIntoABurstWhereverItStartsInAWeekThatSwings) {
  // One 2-minute burst of 50 times the week's mean; the daily swing is 0.8; 400 points.
  const int windows = 7 * 1440;
  const double mean = 600;
  std::vector<std::vector<std::int64_t>> week(4, std::vector<std::int64_t>(windows));
  Random random(5);
  for (int j = 0; j < windows; ++j) {
    const double usual = 1 + 0.8 * std::sin(6.283185307 * j / 1440.0);
    for (auto& partition : week) {
      partition[static_cast<std::size_t>(j)] = poisson(random, mean * usual / 4);
    }
  }
  // Floor 6: one partition carries a tenth of the burst, so the burst alone decides.
  const PartitionRule rule(records_per_window(5 * mean, 6));
  int found = 0;
  int starts = 0;
  for (int start = 0; start + 2 < windows; start += 17) {
    auto counts = week;
    for (auto& partition : counts) {
      for (int j = start; j < start + 2; ++j) {
        partition[static_cast<std::size_t>(j)] += static_cast<std::int64_t>(50 * mean / 4);
      }
    }
    const SimulatedTopic topic(minutes_grid(windows), std::move(counts));
    const auto outcome = searched(topic, rule, 400);
    ++starts;
    found += outcome.estimate == truth(topic, rule) ? 1 : 0;
  }
  EXPECT_EQ(found, starts);
}

TEST(PeakSearch, FindsTheNinetyNinthPercentileWindow) {
  // 1000 windows of 10 records and 10 of 1000: p99 allows ten above, so ten is the answer.
  std::vector<std::int64_t> windows(1010, 10);
  for (int i = 0; i < 10; ++i) windows[static_cast<std::size_t>(100 * i + 7)] = 1000;
  const SimulatedTopic topic(minutes_grid(1010), {windows});
  const PartitionRule rule(records_per_window(10, 1));
  const auto outcome = searched(topic, rule, no_budget, 10);
  EXPECT_EQ(outcome.partitions, (PartitionRange{1, 1}));
  // One window fewer allowed: the tenth burst counts, 1000 / 10 = 100.
  EXPECT_EQ(searched(topic, rule, no_budget, 9).partitions, (PartitionRange{100, 100}));
}

TEST(PeakSearch, GrowOnlyStopsOnceTheCountIsKnownToSuffice) {
  Random random(11);
  const auto topic = simulated(Shape::bursts, minutes_grid(7 * 1440), 12, 300, false, random);
  const PartitionRule rule(records_per_window(1'000, 1));
  SearchSettings grow;
  grow.settled_partitions = 60;
  const auto settled = Searched(topic, grow).run(rule);
  const auto full = searched(topic, rule, no_budget);
  EXPECT_LE(settled.partitions.high, 60);
  EXPECT_LE(full.partitions.high, 60);
  EXPECT_LT(settled.lookups, full.lookups);
}

TEST(PeakSearch, KeepsAnIntervalWhereTheRecordSizeIsUncertain) {
  // 700 records in the only busy minute, of 1 byte give or take a fifth; 100 fill a partition.
  std::vector<std::int64_t> windows(60, 1);
  windows[30] = 700;
  const SimulatedTopic topic(minutes_grid(60), {windows});
  const PartitionRule rule(records_per_window(100, 1));
  const auto outcome = Searched(topic, {}).run(rule, {1.0, 0.8, 1.2});
  EXPECT_EQ(outcome.partitions, (PartitionRange{6, 9}));  // ceil(5.6) and ceil(8.4)
  EXPECT_EQ(outcome.estimate, 7);
}

TEST(PeakSearch, AsksAgainOnlyWhatItDoesNotKnowWhenTheSizeChanges) {
  Random random(13);
  const auto topic = simulated(Shape::diurnal, minutes_grid(1440), 6, 500, false, random);
  const PartitionRule rule(records_per_window(400, 1));
  Searched study(topic, {});
  const auto first = study.run(rule, {1.0, 0.9, 1.1});
  EXPECT_EQ(study.run(rule, {1.0, 0.9, 1.1}).lookups, first.lookups);
}

TEST(PeakSearch, AFailedLookupLeavesAWideTrueInterval) {
  std::vector<std::int64_t> windows(64, 10);
  windows[17] = 500;
  const SimulatedTopic topic(minutes_grid(64), {windows});
  OffsetTable table(topic.grid(), topic.ranges());
  const std::vector<int> ends = {0, 64};
  for (const int j : ends) topic.put_row(table, j);
  PeakSearch search(table, table.filled(), ends, {});
  const PartitionRule rule(records_per_window(100, 1));
  search.assume(SizeModel(Interval::exactly(1)), rule);
  for (auto round = search.next_round(); !round.empty(); round = search.next_round()) {
    for (const auto& lookup : round) table.put_failed(lookup.partition, lookup.boundary);
  }
  const auto bounds = search.bounds();
  EXPECT_LE(bounds.low, 500);
  EXPECT_GE(bounds.high, 500);
  EXPECT_LT(rule.partitions({bounds.low / 60}), rule.partitions({bounds.high / 60}));
}

TEST(OffsetTable, KeepsTheOrderOfNeighboursWhenRetentionEatsTheHead) {
  OffsetTable table(minutes_grid(10), {{100, 200}});
  table.put(0, 5, {150, table.grid().boundary(5)});
  // The head up to 180 was deleted meanwhile: an earlier time now finds a later offset.
  table.put(0, 2, {180, table.grid().boundary(7)});
  EXPECT_EQ(table.offset(0, 2), 150);
  table.put(0, 8, {20, table.grid().boundary(8)});
  EXPECT_EQ(table.offset(0, 8), 150);
  table.put(0, 9, {});
  EXPECT_EQ(table.offset(0, 9), 200);
}

TEST(WindowGrid, SplitsAtTheRoundestTimeNearTheMiddle) {
  const WindowGrid grid = minutes_grid(7 * 1440);
  EXPECT_EQ(grid.round_boundary(0, 7 * 1440), 3 * 1440);  // a day, the earlier of two as near
  EXPECT_EQ(grid.round_boundary(0, 1440), 720);           // 6 h
  EXPECT_EQ(grid.round_boundary(0, 120), 60);             // 1 h
  EXPECT_EQ(grid.round_boundary(3, 40), 15);              // 15 min before 5 min and the middle
  EXPECT_EQ(grid.round_boundary(7, 9), 8);                // nothing rounder than a minute
}

}  // namespace
}  // namespace partwise::sample
