// Shares of rules: by pen and paper, and on placements of which the test knows who made them.
#include "keys/placement_mixture.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

TEST(PlacementMixture, TakesOffWhatChanceGives) {
  // 60 of 100 agree, on four partitions where chance gives a quarter: (0.6 - 0.25) / 0.75.
  PlacementMixture mixture(1, 4);
  for (int i = 0; i < 100; ++i) mixture.add(i < 60 ? 1 : 0, i % 4, 1);
  mixture.fit();
  EXPECT_NEAR(mixture.share(0).value, 0.46667, 1e-4);
  EXPECT_NEAR(mixture.unknown_share().value, 0.53333, 1e-4);
  EXPECT_NEAR(mixture.unknown_share().low, 1 - mixture.share(0).high, 0.001);
  // Where nothing agrees: the unknown's whole share, its quarter, against that of one who agreed.
  EXPECT_NEAR(mixture.unknown_chance(0, 2), 1, 1e-9);
  EXPECT_NEAR(mixture.unknown_chance(1, 2), 0.53333 / 4 / (0.46667 + 0.53333 / 4), 1e-3);
}

TEST(PlacementMixture, IsNearlySureWhereAllAgree) {
  // 400 ln(1 - 0.75 u) = -1.9207 at u = 0.0064.
  PlacementMixture mixture(1, 4);
  for (int i = 0; i < 400; ++i) mixture.add(1, i % 4, 1);
  mixture.fit();
  EXPECT_NEAR(mixture.share(0).value, 1, 1e-3);
  EXPECT_NEAR(mixture.share(0).low, 0.9936, 5e-4);
  EXPECT_EQ(mixture.share(0).high, 1);
  EXPECT_NEAR(mixture.unknown_share().high, 0.0064, 5e-4);
  EXPECT_EQ(mixture.unknown_share().low, 0);
}

TEST(PlacementMixture, WeighsRecords) {
  // Half of the keys by the rule with 9 records each; two partitions of many, so chance is little.
  PlacementMixture mixture(1, 1'000);
  for (int i = 0; i < 1'000; ++i) mixture.add(i % 2 == 0 ? 1 : 0, i, i % 2 == 0 ? 9 : 1);
  mixture.fit();
  EXPECT_NEAR(mixture.share(0).value, 0.5, 0.002);
  EXPECT_NEAR(mixture.record_share(0), 0.9, 0.002);
  EXPECT_NEAR(mixture.unknown_record_share(), 0.1, 0.002);
}

TEST(PlacementMixture, StatesLimitsThatHoldAsOftenAsTheySay) {
  // Three rules and the unknown, on five partitions; agreement by chance is one in five.
  const double truth[] = {0.5, 0.3, 0};
  int inside[] = {0, 0, 0};
  constexpr int topics = 150;
  Random random(6);
  for (int topic = 0; topic < topics; ++topic) {
    PlacementMixture mixture(3, 5);
    for (int key = 0; key < 250; ++key) {
      const double u = random.uniform();
      std::uint32_t agrees = u < 0.5 ? 1 : u < 0.8 ? 2 : 0;
      for (std::uint32_t bit = 1; bit < 8; bit *= 2) agrees |= random.below(5) == 0 ? bit : 0;
      mixture.add(agrees, static_cast<int>(random.below(5)), 1);
    }
    mixture.fit();
    for (std::size_t r = 0; r < 3; ++r) inside[r] += mixture.share(r).contains(truth[r]) ? 1 : 0;
  }
  // 142.5 of 150 and three standard deviations of it, 8, on either side; at the edge only one side
  // can be missed.
  EXPECT_GE(inside[0], 134);
  EXPECT_GE(inside[1], 134);
  EXPECT_GE(inside[2], 134);
  EXPECT_LT(inside[0] + inside[1], 2 * topics);
}

}  // namespace
}  // namespace partwise::keys
