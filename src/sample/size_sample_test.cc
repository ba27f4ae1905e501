#include "sample/size_sample.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "sample/simulated_sizes_fake.h"
#include "sample/size_spread.h"
#include "sample/student.h"

namespace partwise::sample {
namespace {

constexpr int records = 300'000;
constexpr int partitions = 6;
constexpr int days = 7;

// A week in which every day holds as many records.
OffsetTable week_of(const SizePopulation& population) {
  const WindowGrid grid{Instant{std::chrono::hours(24 * 20'000)}, std::chrono::hours(24), days};
  std::vector<OffsetRange> ranges;
  for (const auto& sizes : population.sizes) ranges.push_back({0, std::ssize(sizes)});
  OffsetTable table(grid, ranges);
  for (int p = 0; p < table.partitions(); ++p) {
    for (int j = 0; j <= days; ++j) {
      table.put(p, j, {ranges[static_cast<std::size_t>(p)].latest * j / days, grid.boundary(j)});
    }
  }
  return table;
}

std::vector<int> day_boundaries() {
  std::vector<int> boundaries(days + 1);
  std::iota(boundaries.begin(), boundaries.end(), 0);
  return boundaries;
}

SizeEstimate sampled(const SizePopulation& population, const OffsetTable& table, int clusters,
                     int each, Random& random) {
  SizeSample sample(table, day_boundaries());
  for (const auto& span : sample.draw(clusters, each, 1'000'000'000, random)) {
    sample.add(span, population.read(span));
  }
  return sample.estimate();
}

std::vector<std::pair<std::string, SizeShape>> populations() {
  std::vector<std::pair<std::string, SizeShape>> all;
  for (const double sigma : {0.05, 0.4, 0.8, 1.2}) {
    for (const double correlation : {0.0, 0.5, 0.9}) {
      all.emplace_back("log-normal " + std::to_string(sigma) + " " + std::to_string(correlation),
                       SizeShape{sigma, correlation, {}});
    }
  }
  const auto with = [&](const char* name, auto base) {
    all.emplace_back(name, SizeShape{0.2, 0.3, base});
  };
  with("two sizes by record",
       [](double, int, Random& r, double) { return r.uniform() < 0.5 ? 100.0 : 2000.0; });
  // A batch of small records holds twenty times as many: so half of the records are small.
  with("two sizes by batch",
       [](double, int, Random&, double batch) { return batch < 1 / 21.0 ? 100.0 : 2000.0; });
  with("drift", [](double t, int, Random&, double) { return 300 * (1 + 2 * t); });
  with("daily swing",
       [](double t, int, Random&, double) { return 400 * (1 + 0.6 * std::sin(44 * t)); });
  with("jump on the last day",
       [](double t, int, Random&, double) { return t > 6.0 / 7 ? 1500.0 : 300.0; });
  with("a size per partition", [](double, int p, Random&, double) { return 150.0 * (1 + p); });
  return all;
}

TEST(SizeSample, FourteenClustersOfFiftyCoverTheMeanOfEveryPopulation) {
  constexpr int trials = 400;
  double sum = 0;
  int count = 0;
  for (const auto& [name, shape] : populations()) {
    Random random(17);
    const auto population = sized_population(shape, records, partitions, random);
    const auto table = week_of(population);
    const double truth = population.mean();
    int covered = 0;
    for (int trial = 0; trial < trials; ++trial) {
      const auto estimate = sampled(population, table, 14, 50, random);
      covered += estimate.mean.low <= truth && truth <= estimate.mean.high ? 1 : 0;
    }
    const double coverage = 100.0 * covered / trials;
    EXPECT_GE(coverage, 93) << name;
    sum += coverage;
    ++count;
  }
  // As wide as need be, not wider: 95 % limits should not hold the truth always.
  EXPECT_GE(sum / count, 95);
  EXPECT_LE(sum / count, 99);
}

// Two clusters from anywhere, one on each day that then has none; as many again while it is rough.
SizeEstimate sampled_step_by_step(const SizePopulation& population, const OffsetTable& table,
                                  int each, Random& random) {
  constexpr std::int64_t no_limit = 1'000'000'000;
  SizeSample sample(table, day_boundaries());
  for (const auto& span : spans_anywhere(table, 2, 50, no_limit, random)) {
    sample.adopt(span, population.read(span));
  }
  for (const auto& span : sample.draw_first(each, no_limit, random)) {
    sample.add(span, population.read(span));
  }
  while (is_rough(sample.estimate().mean) && sample.estimate().clusters < 14) {
    for (const auto& span : sample.draw(sample.estimate().clusters, each, no_limit, random)) {
      sample.add(span, population.read(span));
    }
  }
  return sample.estimate();
}

TEST(SizeSample, OneClusterADayCoversTooWhereRoughMeansGetASecond) {
  constexpr int trials = 1'000;
  // Clusters of 50, and of as few as records of 1 to 6 kB get.
  for (const int each : {50, 20, 5}) {
    double sum = 0;
    for (const auto& [name, shape] : populations()) {
      Random random(18);
      const auto population = sized_population(shape, records, partitions, random);
      const auto table = week_of(population);
      const double truth = population.mean();
      int covered = 0;
      for (int trial = 0; trial < trials; ++trial) {
        const auto estimate = sampled_step_by_step(population, table, each, random);
        covered += estimate.mean.low <= truth && truth <= estimate.mean.high ? 1 : 0;
      }
      const double coverage = 100.0 * covered / trials;
      EXPECT_GE(coverage, each == 50 ? 93 : 89) << name << ", clusters of " << each;
      sum += coverage;
    }
    EXPECT_GE(sum / static_cast<double>(populations().size()), 94) << "clusters of " << each;
  }
}

TEST(SizeSample, AClusterFromAnywhereCountsOnItsDay) {
  const WindowGrid grid{Instant{std::chrono::hours(24 * 20'000)}, std::chrono::hours(24), 3};
  // A thousand records before the days, then two days of a thousand around one of none.
  OffsetTable table(grid, {{0, 3'000}});
  const std::vector<std::int64_t> starts = {1'000, 2'000, 2'000, 3'000};
  for (int j = 0; j <= 3; ++j) {
    table.put(0, j, {starts[static_cast<std::size_t>(j)], grid.boundary(j)});
  }
  SizeSample sample(table, {0, 1, 2, 3});
  ReadResult result;
  result.records = result.offsets = 10;
  const auto adopt = [&](std::int64_t offset, std::int64_t bytes) {
    result.bytes = bytes;
    sample.adopt({0, offset, 3'000, 10, 1'000'000, Instant::min(), 0}, result);
  };
  adopt(999, 70'000);
  EXPECT_EQ(sample.estimate().clusters, 0);
  adopt(2'000, 4'000);
  EXPECT_EQ(sample.strata()[2].cluster_means, std::vector<double>{400});

  Random random(4);
  const auto missing = sample.draw_first(10, 1'000'000, random);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].stratum, 0);
  EXPECT_GE(missing[0].offset, 1'000);
  EXPECT_LT(missing[0].offset, 2'000);
  adopt(1'999, 2'000);
  EXPECT_DOUBLE_EQ(sample.estimate().mean.value, 300);
  EXPECT_TRUE(sample.draw_first(10, 1'000'000, random).empty());
}

TEST(SizeSample, RareLargeRecordsNeedTwiceTheClusters) {
  // 0.3 % of the records have 150 kB, half of the bytes; and one record in 21 is twenty times as
  // large as the others, whole batches of them.
  const std::vector<SizeShape> shapes = {
      {0.2, 0,
       [](double, int, Random& r, double) { return r.uniform() < 0.003 ? 150'000.0 : 450.0; }},
      {0.2, 0.3, [](double, int, Random&, double batch) { return batch < 0.5 ? 100.0 : 2000.0; }}};
  for (const auto& shape : shapes) {
    Random random(19);
    const auto population = sized_population(shape, records, partitions, random);
    const auto table = week_of(population);
    const double truth = population.mean();
    int covered = 0;
    constexpr int trials = 4'000;
    for (int trial = 0; trial < trials; ++trial) {
      const auto estimate = sampled(population, table, 28, 50, random);
      covered += estimate.mean.low <= truth && truth <= estimate.mean.high ? 1 : 0;
    }
    EXPECT_GE(covered, trials * 93 / 100);
  }
}

TEST(SizeSample, ExactlyFiftyRecordsIsUnbiasedAndWholeBatchesAreNot) {
  Random random(23);
  const auto population = sized_population({0.4, 0.5, {}}, records, partitions, random);
  const auto table = week_of(population);
  const double truth = population.mean();
  double by_records = 0;
  double batch_bytes = 0;
  double batch_records = 0;
  constexpr int trials = 600;
  for (int trial = 0; trial < trials; ++trial) {
    SizeSample sample(table, day_boundaries());
    for (const auto& span : sample.draw(14, 50, 1'000'000'000, random)) {
      sample.add(span, population.read(span));
      // What a fetch returns: the whole batch that holds the offset.
      const auto& starts = population.batches[static_cast<std::size_t>(span.partition)];
      const auto& sizes = population.sizes[static_cast<std::size_t>(span.partition)];
      const auto next = std::upper_bound(starts.begin(), starts.end(), span.offset);
      const auto end = next == starts.end() ? std::ssize(sizes) : *next;
      for (auto at = *std::prev(next); at < end; ++at) {
        batch_bytes += static_cast<double>(sizes[static_cast<std::size_t>(at)]);
        batch_records += 1;
      }
    }
    by_records += sample.estimate().mean.value / trials;
  }
  EXPECT_NEAR(by_records / truth, 1, 0.015);
  EXPECT_LT(batch_bytes / batch_records / truth, 0.95);
}

TEST(SizeSample, ALimitOfBytesDoesNotFavourLargeRecords) {
  // One record in 50 has 400 kB, which passes the limit by itself. With the record that passes it
  // counted, the mean came out 1.7 times too large.
  const SizeShape shape{0, 0, [](double, int, Random& r, double) {
                          return r.uniform() < 0.02 ? 400'000.0 : 6'000.0;
                        }};
  Random random(37);
  const auto population = sized_population(shape, records, partitions, random);
  const auto table = week_of(population);
  double mean = 0;
  constexpr int trials = 2'000;
  for (int trial = 0; trial < trials; ++trial) {
    SizeSample sample(table, day_boundaries());
    for (const auto& span : sample.draw(14, 5, 286'000, random)) {
      sample.add(span, population.read(span));
    }
    mean += sample.estimate().mean.value / trials;
  }
  // Of the 28,000 clusters, 560 begin with a large record: 4.2 % of standard error.
  EXPECT_NEAR(mean / population.mean(), 1, 0.12);
}

TEST(SizeSample, SeesTheDayWhoseRecordsDiffer) {
  const SizeShape shape{
      0.1, 0, [](double t, int, Random&, double) { return t > 6.0 / 7 ? 1500.0 : 300.0; }};
  Random random(29);
  const auto population = sized_population(shape, records, partitions, random);
  const auto table = week_of(population);
  SizeSample sample(table, day_boundaries());
  for (const auto& span : sample.draw(28, 50, 1'000'000'000, random)) {
    sample.add(span, population.read(span));
  }
  bool last_day = false;
  for (const auto& [a, b, size, inverse_records] : sample.deviations()) {
    if (a != 6) continue;
    last_day = true;
    EXPECT_LE(size.low, 1500);
    EXPECT_GE(size.high, 1500);
    EXPECT_DOUBLE_EQ(inverse_records, 1 / 200.0);
  }
  EXPECT_TRUE(last_day);
}

TEST(SpreadEstimate, KnowsOfTheRecordThatWasLeftOut) {
  ReadResult cluster;
  cluster.records = cluster.offsets = 3;
  cluster.bytes = 3 * 6'000;
  cluster.squares = 3 * 36e6;
  cluster.left_out = 1'000'000;
  SpreadEstimate spread;
  spread.add(cluster);
  spread.add(cluster);
  // 6 kB three times and 1 MB: a mean of 254,500, and (3 * 248,500^2 + 745,500^2) / 3.
  EXPECT_NEAR(spread.spread().within, 247'009e6, 1);
  EXPECT_EQ(spread.spread().between, 0);
}

TEST(SizeEstimate, WeightsStrataByTheirRecords) {
  // Two strata, 1 and 3 parts: (1 * 100 + 3 * 200) / 4 = 175.
  const std::vector<Stratum> strata = {{100, {90, 110}}, {300, {190, 210}}};
  const auto estimate = stratified_mean(strata);
  EXPECT_DOUBLE_EQ(estimate.mean.value, 175);
  // var 200 in both, pooled 200: V = (1/16 + 9/16) * 200 / 2 = 62.5; se = 7.905694
  EXPECT_NEAR(estimate.error, 7.905694, 1e-6);
  EXPECT_EQ(estimate.clusters, 4);
  // df is at least 4: t = 2.776445
  EXPECT_NEAR(estimate.mean.low, 175 - 2.776445 * 7.905694, 0.01);
  EXPECT_GE(estimate.mean.high, 175 + 2.776445 * 7.905694);
}

TEST(SizeEstimate, OneClusterSaysLittle) {
  const std::vector<Stratum> strata = {{100, {90}}};
  const auto estimate = stratified_mean(strata);
  EXPECT_EQ(estimate.mean.low, 0);
  EXPECT_EQ(estimate.mean.high, 900);
  EXPECT_EQ(stratified_mean({}).clusters, 0);
}

TEST(Allocated, GivesTwoEachAndTheRestByRecords) {
  const std::vector<std::int64_t> sizes = {0, 100, 300, 600};
  EXPECT_EQ(allocated(16, sizes), (std::vector<int>{0, 3, 5, 8}));
  // One each where there are not two; the fifth goes to the largest remainder of 0.2, 0.6 and 1.2.
  EXPECT_EQ(allocated(3, sizes), (std::vector<int>{0, 1, 1, 1}));
  EXPECT_EQ(allocated(5, sizes), (std::vector<int>{0, 1, 2, 2}));
}

TEST(StudentQuantile, AgreesWithThePrintedTable) {
  // Two-sided 95 %: the usual table of Student's t.
  EXPECT_NEAR(student_quantile(0.975, 1), 12.706, 0.0005);
  EXPECT_NEAR(student_quantile(0.975, 4), 2.776, 0.0005);
  EXPECT_NEAR(student_quantile(0.975, 13), 2.160, 0.0005);
  EXPECT_NEAR(student_quantile(0.975, 120), 1.980, 0.0005);
}

TEST(KeyShares, FindsTheHeaviestKeyAndItsLimits) {
  KeyShares shares;
  for (int i = 0; i < 10; ++i) {
    ReadResult result;
    result.records = 50;
    result.offsets = 50;
    result.bytes = 1000;
    const std::int64_t hot = i % 2 == 0 ? 800 : 600;
    result.keys = {{7, hot, 40 + i}, {static_cast<std::uint64_t>(100 + i), 1000 - hot, 3}};
    shares.add({2, 40 + i, 1'000, 50, 0, {}, 0}, result);
  }
  const std::vector<std::int64_t> held = {0, 0, 500};
  const auto heaviest = shares.heaviest(held);
  ASSERT_TRUE(heaviest);
  EXPECT_DOUBLE_EQ(heaviest->share.value, 0.7);
  EXPECT_EQ(heaviest->partition, 2);
  // All bytes are the same everywhere; the key's are 14 +- 2 an offset: sd 2.108, se 0.667 of 14,
  // 4.76 %; t(9) = 2.262: 0.7 +- 0.0754.
  EXPECT_NEAR(heaviest->share.low, 0.6246, 0.0005);
  EXPECT_NEAR(heaviest->share.high, 0.7754, 0.0005);
}

TEST(KeyShares, KnowsThatAKeyKeepsToItsPartition) {
  // Partition 1 holds 3 records in 4 and nothing but the hot key; partition 0 never has it.
  KeyShares shares;
  for (int i = 0; i < 8; ++i) {
    ReadResult result;
    result.records = result.offsets = 50;
    result.bytes = 5000;
    const bool hot = i % 2 == 0;
    result.keys = {{hot ? 7ULL : 100ULL + static_cast<std::uint64_t>(i), 5000, i}};
    shares.add({hot ? 1 : 0, i, 1'000, 50, 0, {}, 0}, result);
  }
  const std::vector<std::int64_t> held = {1'000, 3'000};
  const auto heaviest = shares.heaviest(held);
  ASSERT_TRUE(heaviest);
  EXPECT_DOUBLE_EQ(heaviest->share.value, 0.75);
  EXPECT_DOUBLE_EQ(heaviest->share.low, 0.75);
  // A partition that was not sampled is a part of the whole all the same: 3,000 of 6,000.
  const std::vector<std::int64_t> more = {1'000, 3'000, 2'000};
  EXPECT_DOUBLE_EQ(shares.heaviest(more)->share.value, 0.5);
}

}  // namespace
}  // namespace partwise::sample
