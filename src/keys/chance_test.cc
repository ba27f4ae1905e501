// Chance: by pen and paper, by tables, and by keys that are thrown at random.
#include "keys/chance.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/spread.h"

namespace partwise::keys {
namespace {

using Counts = std::vector<std::int64_t>;

KeyWeights equal_keys(std::int64_t keys) {
  KeyWeights weights;
  weights.add(1, keys);
  return weights;
}

/// A thousand topics whose keys are thrown at random.
class Topics {
 public:
  explicit Topics(std::vector<std::int64_t> weights) : weights_(std::move(weights)) {
    for (const auto weight : weights_) known_.add(static_cast<double>(weight));
  }

  Counts next(int partitions) {
    Counts counts(static_cast<std::size_t>(partitions));
    for (const auto weight : weights_) {
      counts[static_cast<std::size_t>(random_.below(partitions))] += weight;
    }
    return counts;
  }
  [[nodiscard]] const KeyWeights& known() const { return known_; }

 private:
  std::vector<std::int64_t> weights_;
  KeyWeights known_;
  Random random_{42};
};

TEST(Chance, OfEqualKeysIsTheRootOfPartitionsOverKeys) {
  // Of 100 keys on 6 partitions, the variance of a partition is 100 * 1/6 * 5/6; of a sample of six
  // that sum to 100, 6/5 of it: 16.67, whose root is 4.08 of 16.67.
  EXPECT_NEAR(cv_percent_by_chance(equal_keys(100), 6), 24.4949, 1e-4);
  EXPECT_EQ(cv_percent_by_chance(equal_keys(100), 1), 0);
  EXPECT_EQ(cv_percent_by_chance({}, 6), 0);
}

TEST(Chance, IsWhatTopicsHaveOnTheAverage) {
  Topics topics({800, 50, 50, 20, 20, 20, 10, 10, 10, 10});
  double variance = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto cv = spread_of(topics.next(7)).cv_percent;
    variance += cv * cv / 10'000;
  }
  EXPECT_NEAR(std::sqrt(variance), cv_percent_by_chance(topics.known(), 7), 1);
}

TEST(Chance, OfTwoKeysOnOneOfTwoPartitionsIsAHalf) {
  EXPECT_NEAR(p_value_of(equal_keys(2), Counts{2, 0}), 0.5, 0.02);
  EXPECT_EQ(p_value_of(equal_keys(2), Counts{1, 1}), 1);
}

TEST(Chance, OfThreeKeysOnOneOfThreePartitionsIsANinth) {
  // 27 ways, of which 3 have all three together.
  EXPECT_NEAR(p_value_of(equal_keys(3), Counts{0, 3, 0}), 1.0 / 9, 0.01);
  // And 18 more have two together.
  EXPECT_NEAR(p_value_of(equal_keys(3), Counts{1, 2, 0}), 21.0 / 27, 0.02);
}

TEST(Chance, OfManyKeysIsThatOfTheTablesOfChiSquared) {
  // A thousand keys on ten partitions, off by 13 each: 10 * 169 / 100 = 16.9; the table's 5 % with
  // nine degrees of freedom is at 16.919.
  const Counts counts = {113, 87, 113, 87, 113, 87, 113, 87, 113, 87};
  EXPECT_NEAR(p_value_of(equal_keys(1000), counts), 0.05, 0.002);
  // 1 % at 21.666: off by 14.72 each.
  const Counts more = {115, 85, 115, 85, 114, 86, 115, 85, 115, 85};
  EXPECT_NEAR(p_value_of(equal_keys(1000), more), 0.0089, 0.001);  // 22.06
}

// The share of random topics below p is p.
void expect_honest(std::vector<std::int64_t> weights, int partitions, int topics_tried) {
  Topics topics(std::move(weights));
  int below_tenth = 0;
  int below_half = 0;
  for (int i = 0; i < topics_tried; ++i) {
    const double p = p_value_of(topics.known(), topics.next(partitions));
    below_tenth += p <= 0.1 ? 1 : 0;
    below_half += p <= 0.5 ? 1 : 0;
  }
  // Four standard deviations; what is told in steps has fewer below.
  const auto slack = [&](double p) { return 4 * std::sqrt(p * (1 - p) / topics_tried); };
  EXPECT_NEAR(below_tenth / static_cast<double>(topics_tried), 0.1, slack(0.1) + 0.01);
  EXPECT_NEAR(below_half / static_cast<double>(topics_tried), 0.5, slack(0.5) + 0.02);
}

TEST(Chance, IsHonestWithManyEqualKeys) {
  expect_honest(std::vector<std::int64_t>(2'000, 10), 12, 2'000);
}

TEST(Chance, IsHonestWithAFewHeavyKeysAmongMany) {
  std::vector<std::int64_t> weights(3'000, 3);
  weights[0] = 2'000;
  weights[1] = 1'500;
  weights[2] = 900;
  expect_honest(weights, 24, 100);
}

TEST(Chance, IsHonestWithAPowerLaw) {
  std::vector<std::int64_t> weights;
  for (int i = 1; i <= 1'000; ++i) weights.push_back(1'000'000 / i);
  expect_honest(weights, 6, 100);
}

TEST(Chance, SeesWhatIsNotChance) {
  // Half of the partitions get nothing of 1,000 equal keys.
  EXPECT_LT(p_value_of(equal_keys(1000), Counts{200, 200, 200, 200, 200, 0, 0, 0, 0, 0}), 1e-12);
  // A hot key is no fault of the hash.
  KeyWeights hot;
  hot.add(800);
  hot.add(1, 200);
  EXPECT_GT(p_value_of(hot, Counts{820, 20, 20, 20, 20, 20, 20, 20, 20, 20}), 0.1);
  // Without it, it is seen that the others are all on one partition.
  EXPECT_GT(p_value_of(hot, Counts{800, 200, 0, 0, 0, 0, 0, 0, 0, 0}), 0.1);
  EXPECT_LT(p_value_of(equal_keys(200), Counts{0, 200, 0, 0, 0, 0, 0, 0, 0, 0}), 1e-12);
}

TEST(KeyWeights, KeepTheHeaviest) {
  KeyWeights weights;
  for (int i = 1; i <= 1'000; ++i) weights.add(i);
  ASSERT_EQ(weights.heaviest().size(), 256U);
  for (const double weight : weights.heaviest()) EXPECT_GE(weight, 745);
  EXPECT_DOUBLE_EQ(weights.heaviest_share(), 1'000.0 / 500'500);
  EXPECT_EQ(weights.keys(), 1'000);
  EXPECT_DOUBLE_EQ(equal_keys(77).effective_keys(), 77);
}

}  // namespace
}  // namespace partwise::keys
