// Quantiles of sizes, against sorted sizes.
#include "keys/size_quantiles.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

constexpr double shares[] = {0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

void expect_near_truth(const SizeQuantiles& sketch, std::vector<std::int64_t> sizes) {
  std::sort(sizes.begin(), sizes.end());
  for (const double share : shares) {
    const auto rank = static_cast<std::size_t>(
        std::max(1.0, std::ceil(share * static_cast<double>(sizes.size()))));
    const auto truth = static_cast<double>(sizes[rank - 1]);
    EXPECT_NEAR(sketch.quantile(share), truth, truth / 128) << share;
  }
}

TEST(SizeQuantiles, AreExactBelow128Bytes) {
  SizeQuantiles sketch;
  for (int size = 0; size < 128; ++size) sketch.add(size);
  // The smallest size that half of 0 ... 127 do not exceed is 63.
  EXPECT_EQ(sketch.quantile(0.5), 63);
  EXPECT_EQ(sketch.quantile(0), 0);
  EXPECT_EQ(sketch.quantile(1), 127);
  EXPECT_EQ(sketch.count(), 128);
  EXPECT_EQ(sketch.sum(), 127 * 64);
  EXPECT_DOUBLE_EQ(sketch.mean(), 63.5);
}

TEST(SizeQuantiles, AreNearForEverySizeAlone) {
  for (std::int64_t size = 1; size < INT64_MAX / 4; size += size / 16 + 1) {
    SizeQuantiles sketch;
    sketch.add(size / 2);
    sketch.add(size);
    sketch.add(size * 2);
    EXPECT_NEAR(sketch.quantile(0.5), static_cast<double>(size), static_cast<double>(size) / 128);
  }
}

TEST(SizeQuantiles, AreNearForLawsOfSeveralShapes) {
  Random random(3);
  for (const int shape : {0, 1, 2}) {
    SizeQuantiles sketch;
    std::vector<std::int64_t> sizes;
    for (int i = 0; i < 20'000; ++i) {
      const double u = random.uniform();
      const double size = shape == 0   ? 5'000 * u
                          : shape == 1 ? 100 * std::exp(8 * u)
                                       : 50 / std::pow(1 - u, 1.5);
      sizes.push_back(static_cast<std::int64_t>(size));
      sketch.add(sizes.back());
    }
    expect_near_truth(sketch, sizes);
  }
}

TEST(SizeQuantiles, HaveZerosOfEmptyValues) {
  SizeQuantiles sketch;
  EXPECT_EQ(sketch.quantile(0.5), 0);
  EXPECT_EQ(sketch.smallest(), 0);
  sketch.add(0, 90);
  sketch.add(1'000'000, 10);
  EXPECT_EQ(sketch.quantile(0.9), 0);
  EXPECT_NEAR(sketch.quantile(0.91), 1e6, 1e6 / 128);
  EXPECT_EQ(sketch.quantile(1), 1e6);
  EXPECT_EQ(sketch.sum(), 10'000'000);
}

TEST(SizeQuantiles, MergeToWhatOneWouldHave) {
  SizeQuantiles one;
  SizeQuantiles left;
  SizeQuantiles right;
  for (int i = 0; i < 3'000; ++i) {
    one.add(i * i);
    (i % 5 == 0 ? left : right).add(i * i);
  }
  left.merge(SizeQuantiles());
  left.merge(right);
  EXPECT_EQ(left.to_bytes(), one.to_bytes());
}

TEST(SizeQuantiles, GoThroughBytes) {
  SizeQuantiles sketch;
  sketch.add(77, 5);
  sketch.add(70'000, 3);
  const auto bytes = sketch.to_bytes();
  auto read = SizeQuantiles::from_bytes(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_bytes(), bytes);
  EXPECT_EQ(read->count(), 8);
  EXPECT_EQ(read->smallest(), 77);
  EXPECT_TRUE(SizeQuantiles::from_bytes(SizeQuantiles().to_bytes()));
}

TEST(SizeQuantiles, RefuseBytesThatCannotBe) {
  SizeQuantiles sketch;
  sketch.add(3);
  sketch.add(200);
  const auto bytes = sketch.to_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(SizeQuantiles::from_bytes(bytes.substr(0, length)));
  }
  EXPECT_FALSE(SizeQuantiles::from_bytes(bytes + "x"));
  auto other = bytes;
  // Sum 203 takes two bytes; then the smallest and the largest, 200 in two.
  other[5] = static_cast<char>(0xC6);  // 198: below the last bucket
  EXPECT_FALSE(SizeQuantiles::from_bytes(other));
}

TEST(SizeQuantiles, StayWithinTheMemoryTheyName) {
  SizeQuantiles sketch;
  for (int bit = 0; bit < 30; ++bit) sketch.add(std::int64_t{1} << bit);
  sketch.add(INT64_MAX / 4);
  EXPECT_LE(sketch.memory_bytes(), SizeQuantiles::memory_max());
}

}  // namespace
}  // namespace partwise::keys
