// Sizes of records: moments, exact sums, and orders that are not orders.
#include "fleet/record_sizes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace partwise::fleet {
namespace {

SizeSpec log_normal(double median, double sigma, double drift = 1) {
  SizeSpec spec;
  spec.shape = SizeShape::log_normal;
  spec.median = median;
  spec.sigma = sigma;
  spec.drift = drift;
  return spec;
}

SizeSpec bimodal(std::int64_t small, std::int64_t large, double share) {
  SizeSpec spec;
  spec.shape = SizeShape::bimodal;
  spec.small = small;
  spec.large = large;
  spec.large_share = share;
  return spec;
}

TEST(RecordSizes, OfOneSizeAreAllThatSize) {
  SizeSpec spec;
  spec.bytes = 777;
  const auto table = *SizeTable::from(spec);
  EXPECT_EQ(table.mean(), 777);
  EXPECT_EQ(table.smallest(), 777);
  EXPECT_EQ(table.largest(), 777);
  EXPECT_EQ(table.block_bytes(0), 777 * 1024);
  EXPECT_EQ(table.most_above_mean(0), 0);
}

TEST(RecordSizes, OfALogNormalHaveItsMoments) {
  const auto table = *SizeTable::from(log_normal(3000, 0.6));
  // Mean: median * exp(sigma^2 / 2); the quantiles leave out half a thousandth of the tail.
  EXPECT_NEAR(table.mean(), 3000 * std::exp(0.18), 3000 * std::exp(0.18) * 0.002);
  const auto bytes = [&](int i) { return static_cast<double>(table.bytes(0, i)); };
  double squares = 0;
  for (int i = 0; i < block_records; ++i) squares += std::pow(bytes(i) - table.mean(), 2);
  const double deviation = std::sqrt(squares / block_records);
  EXPECT_NEAR(deviation / table.mean(), std::sqrt(std::exp(0.36) - 1), 0.02);
  // Half below the median, 2.275 % above two sigma.
  const auto below = [&](double limit) {
    int count = 0;
    for (int i = 0; i < block_records; ++i) count += bytes(i) < limit;
    return count;
  };
  EXPECT_EQ(below(3000), 512);
  EXPECT_NEAR(below(3000 * std::exp(1.2)), 1024 * (1 - 0.02275), 1);
}

TEST(RecordSizes, KeepWithinMinAndMax) {
  auto spec = log_normal(1000, 2);
  spec.min = 300;
  spec.max = 5000;
  const auto table = *SizeTable::from(spec);
  EXPECT_EQ(table.smallest(), 300);
  EXPECT_EQ(table.largest(), 5000);
}

TEST(RecordSizes, OfTwoKindsHaveTheShareOfLargeOnes) {
  const auto table = *SizeTable::from(bimodal(100, 10'000, 0.25));
  EXPECT_EQ(table.block_bytes(0), 768 * 100 + 256 * 10'000);
}

TEST(RecordSizes, DriftFromTheStartToTheEnd) {
  const auto table = *SizeTable::from(log_normal(2000, 0.5, 3));
  ASSERT_EQ(table.levels(), 32);
  EXPECT_NEAR(
      static_cast<double>(table.block_bytes(31)) / static_cast<double>(table.block_bytes(0)), 3,
      0.001);
  EXPECT_NEAR(static_cast<double>(table.block_bytes(1)) / static_cast<double>(table.block_bytes(0)),
              std::pow(3, 1.0 / 31), 0.001);
}

TEST(RecordSizes, RefuseWhatCannotBe) {
  const auto message = [](const SizeSpec& spec) {
    const auto table = SizeTable::from(spec);
    return table ? std::string("accepted") : table.error().message;
  };
  SizeSpec none;
  none.bytes = 0;
  EXPECT_EQ(message(none), "bytes of the sizes is 0");
  EXPECT_EQ(message(log_normal(0.5, 1)), "median of the sizes is 0.5");
  EXPECT_EQ(message(log_normal(10, -1)), "sigma of the sizes is -1");
  EXPECT_EQ(message(log_normal(10, 1, 0)), "drift of the sizes is 0");
  EXPECT_EQ(message(bimodal(100, 50, 0.1)), "large of the sizes is 50");
  EXPECT_EQ(message(bimodal(100, 200, 1.1)), "large_share of the sizes is 1.1");
  EXPECT_EQ(message(log_normal(1e8, 4, 100)), "the largest records have 26,843,545,600 bytes");
}

TEST(BlockOrder, HasEachQuantileOnce) {
  for (const std::uint64_t random : {0ULL, 17ULL, 0xfedcba9876543210ULL}) {
    const BlockOrder order(random);
    std::set<int> seen;
    for (int i = 0; i < block_records; ++i) seen.insert(order.quantile(i));
    EXPECT_EQ(seen.size(), 1024U);
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), 1023);
  }
}

TEST(PartitionSizes, LookUnordered) {
  // The mean of 64 successive records strays as that of 64 drawn ones does: by sigma / 8, less what
  // a block of 1024 takes back (a factor of sqrt(1 - 64 / 1024)).
  const auto table = *SizeTable::from(log_normal(1000, 0.5));
  const PartitionSizes sizes(table, {}, 4711);
  const double mean = table.mean();
  double squares = 0;
  const int clusters = 4000;
  for (int c = 0; c < clusters; ++c) {
    double sum = 0;
    for (int i = 0; i < 64; ++i) sum += static_cast<double>(sizes.bytes(std::int64_t{c} * 64 + i));
    squares += std::pow(sum / 64 - mean, 2);
  }
  const double expected = std::sqrt(std::exp(0.25) - 1) * mean / 8 * std::sqrt(1 - 64.0 / 1024);
  EXPECT_NEAR(std::sqrt(squares / clusters), expected, expected * 0.06);
}

TEST(PartitionSizes, SumToWhatTheRecordsHave) {
  for (const auto& spec :
       {log_normal(300, 0.9), bimodal(10, 9000, 0.1), log_normal(500, 0.4, 2.5), SizeSpec{}}) {
    const auto table = *SizeTable::from(spec);
    // Levels that begin within blocks, several in one block, and at none.
    std::vector<std::int64_t> starts;
    for (int level = 1; level < table.levels(); ++level) {
      starts.push_back(level < 10 ? level * 100 : level * 1300);
    }
    const PartitionSizes sizes(table, starts, 99);
    const SizePrefixes prefixes(table);
    SizeWalk walk(sizes, prefixes);
    std::int64_t sum = 0;
    for (std::int64_t offset = 0; offset < 50'000; ++offset) {
      ASSERT_EQ(walk.bytes_before(offset), sum) << offset;
      if (offset % 97 == 0) {
        ASSERT_EQ(sizes.bytes_before(offset), sum) << offset;
      }
      sum += sizes.bytes(offset);
    }
  }
}

TEST(PartitionSizes, TakeTheLevelOfABlocksFirstRecord) {
  SizeSpec spec;
  spec.bytes = 1000;
  spec.drift = 2;
  const auto table = *SizeTable::from(spec);
  std::vector<std::int64_t> starts(31, 1'000'000);
  starts[0] = 1024;  // level 1 from block 1 on
  starts[1] = 2049;  // level 2 within block 2: from block 3 on
  const PartitionSizes sizes(table, starts, 1);
  const auto at = [](int level) { return std::llround(1000 * std::pow(2, level / 31.0)); };
  EXPECT_EQ(sizes.bytes(1023), at(0));
  EXPECT_EQ(sizes.bytes(1024), at(1));
  EXPECT_EQ(sizes.bytes(3071), at(1));
  EXPECT_EQ(sizes.bytes(3072), at(2));
  EXPECT_EQ(sizes.bytes(2'000'000), 2000);
}

}  // namespace
}  // namespace partwise::fleet
