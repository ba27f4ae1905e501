// Spreads worked out by hand.
#include "keys/spread.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace partwise::keys {
namespace {

using Counts = std::vector<std::int64_t>;

TEST(Spread, OfFourPartitionsIsThatOfTheHand) {
  // Mean 5; off by -4, -2, 1, 5: squares 16 + 4 + 1 + 25 = 46.
  const auto spread = spread_of(Counts{1, 3, 6, 10});
  EXPECT_DOUBLE_EQ(spread.mean, 5);
  EXPECT_DOUBLE_EQ(spread.sd_sample, std::sqrt(46.0 / 3));
  EXPECT_DOUBLE_EQ(spread.sd_population, std::sqrt(11.5));
  EXPECT_NEAR(spread.cv_percent, 78.31560082980487, 1e-9);  // 100 * 3.9157800414902435 / 5
  EXPECT_DOUBLE_EQ(spread.max_over_mean, 2);
  // The six differences 2, 5, 9, 3, 7, 4 sum to 30; twice that over 2 * 4 * 4 * 5.
  EXPECT_DOUBLE_EQ(spread.gini, 0.375);
  // In bits: 0.05 * 4.3219 + 0.15 * 2.7370 + 0.3 * 1.7370 + 0.5 = 1.6477, of 2.
  EXPECT_NEAR(spread.entropy_normalised, 0.82386, 1e-5);
}

TEST(Spread, CountsEmptyPartitions) {
  // Ten keys on half of ten partitions: 5 * 100^2 + 5 * 100^2 = 100,000, over 9.
  const auto spread = spread_of(Counts{200, 200, 200, 200, 200, 0, 0, 0, 0, 0});
  EXPECT_NEAR(spread.sd_sample, 105.409, 1e-3);
  EXPECT_NEAR(spread.cv_percent, 105.409, 1e-3);
  EXPECT_DOUBLE_EQ(spread.gini, 0.5);
  EXPECT_NEAR(spread.entropy_normalised, std::log(5) / std::log(10), 1e-12);
}

TEST(Spread, OfEqualPartitionsIsNone) {
  const auto spread = spread_of(Counts(7, 1'000'000'000'000));
  EXPECT_EQ(spread.cv_percent, 0);
  EXPECT_EQ(spread.max_over_mean, 1);
  EXPECT_NEAR(spread.gini, 0, 1e-12);
  EXPECT_NEAR(spread.entropy_normalised, 1, 1e-12);
}

TEST(Spread, OfAllOnOnePartitionIsTheMost) {
  const auto spread = spread_of(Counts{0, 0, 12, 0});
  EXPECT_DOUBLE_EQ(spread.cv_percent, 200);  // off by 9 once and 3 thrice: 108 / 3 = 36; 6 of 3
  EXPECT_DOUBLE_EQ(spread.max_over_mean, 4);
  EXPECT_DOUBLE_EQ(spread.gini, 0.75);
  EXPECT_DOUBLE_EQ(spread.entropy_normalised, 0);
}

TEST(Spread, OfOnePartitionAndOfNothingIsEven) {
  const auto one = spread_of(Counts{42});
  EXPECT_EQ(one.mean, 42);
  EXPECT_EQ(one.cv_percent, 0);
  EXPECT_EQ(one.entropy_normalised, 1);
  const auto nothing = spread_of(Counts{0, 0, 0});
  EXPECT_EQ(nothing.mean, 0);
  EXPECT_EQ(nothing.cv_percent, 0);
  EXPECT_EQ(nothing.max_over_mean, 0);
}

}  // namespace
}  // namespace partwise::keys
