// Numbered keys against those that fmt makes.
#include "keys/decimal_keys.h"

#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "keys/hash_block.h"

namespace partwise::keys {
namespace {

using Patterns = std::vector<std::string>;

void expect_keys(const Patterns& patterns, std::int64_t first, std::int64_t end,
                 std::int64_t times = 1) {
  DecimalKeys keys(patterns, first, end, times);
  KeyBlock block;
  std::int64_t seen = 0;
  while (keys.next(block)) {
    ASSERT_GT(block.size(), 0U);
    ASSERT_LE(block.size(), DecimalKeys::most_keys);
    ASSERT_EQ(block.lengths.size(), block.size());
    for (std::size_t i = 0; i < block.size(); ++i, ++seen) {
      const auto id = first + seen % (end - first);
      const auto& pattern = patterns[static_cast<std::size_t>(id) % patterns.size()];
      ASSERT_EQ(block.key(i), fmt::format("{}{}", pattern, id));
    }
    // What is read behind the last key is there.
    std::vector<std::uint32_t> hashes(block.size());
    placing_hashes(Partitioner::murmur2, block, hashes);
  }
  EXPECT_EQ(seen, (end - first) * times);
}

TEST(DecimalKeys, AreThePatternsInTurnWithTheirIds) {
  expect_keys({"tenant_id-", "user_id-", "hot-key-"}, 0, 25'000);
}

TEST(DecimalKeys, HaveOneDigitMoreFromEachPowerOfTen) {
  std::int64_t power = 1;
  for (int digits = 1; digits <= 18; ++digits) {
    power *= 10;
    expect_keys({"k-", ""}, power - std::min<std::int64_t>(power, 30), power + 30);
    expect_keys({"k-", ""}, power - 1, power);
    expect_keys({"k-", ""}, power, power + 1);
  }
}

TEST(DecimalKeys, CarryIntoTheThousands) {
  expect_keys({"k-"}, 1'998'990, 2'001'010);
  expect_keys({"k-"}, 999'999'990, 1'000'000'010);
}

TEST(DecimalKeys, EndWithTheLargestNumber) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  expect_keys({"k-", "longer-"}, most - 2'000, most);
}

TEST(DecimalKeys, BeginInTheMiddleWithTheirIdsPattern) {
  expect_keys({"a", "bb", "ccc", "dddd"}, 1'234'567, 1'239'999);
  expect_keys({"a", "bb", "ccc", "dddd"}, 6, 7);
}

TEST(DecimalKeys, HavePatternsOfAnyLength) {
  for (const std::size_t length : {0, 1, 31, 32, 33, 40, 64, 100}) {
    expect_keys({std::string(length, 'x')}, 0, 1'500);
    expect_keys({std::string(length, 'x'), "", "y"}, 95, 1'500);
  }
}

TEST(DecimalKeys, HavePatternsLongerThanABlockIsLarge) {
  expect_keys({std::string(2'000'000, 'x'), "y"}, 8, 12);
  expect_keys({std::string(20'000, 'x'), "y"}, 0, 200);
}

TEST(DecimalKeys, HaveUpToAThousandPatterns) {
  Patterns patterns;
  for (int i = 0; i < 1'000; ++i) {
    patterns.push_back(fmt::format("pattern-{}-{}", i, std::string(i % 41, '.')));
    if (patterns.size() % 333 == 1) expect_keys(patterns, 777, 3'000);
  }
  expect_keys(patterns, 0, 3'500);
}

TEST(DecimalKeys, AreRepeated) {
  expect_keys({"tenant_id-", "user_id-", "hot-key-"}, 0, 100, 55);
  expect_keys({"k-"}, 5, 6, 2'500);
  expect_keys({"k-"}, 0, 1'024, 3);
}

TEST(DecimalKeys, OfNoIdsAreNone) {
  KeyBlock block;
  EXPECT_FALSE(DecimalKeys({"k-"}, 7, 7, 3).next(block));
  EXPECT_FALSE(DecimalKeys({"k-"}, 7, 8, 0).next(block));
  EXPECT_EQ(block.size(), 0U);
}

}  // namespace
}  // namespace partwise::keys
