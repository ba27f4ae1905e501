#include "app/topic_stretch.h"

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

TEST(RandomPart, TakesAboutTheFractionEvenly) {
  const std::vector<sample::ScanRange> ranges = {
      {{0, 0}, 5'000, 1'005'000}, {{0, 1}, 0, 0}, {{0, 2}, 10, 300}};
  std::int64_t first = 0;
  std::int64_t last_end = 5'000;
  int blocks = 0;
  int small = 0;
  for (const auto& range : random_part(ranges, 0.1, 7)) {
    ASSERT_LT(range.from, range.to);
    if (range.at.partition == 2) {
      // Of a small partition as large a part, in one block.
      EXPECT_EQ(range.to - range.from, 29);
      ++small;
      continue;
    }
    ASSERT_EQ(range.at.partition, 0);
    EXPECT_GE(range.from, last_end);  // none twice, in their order
    EXPECT_LE(range.to, 1'005'000);
    last_end = range.to;
    first += range.to - range.from;
    ++blocks;
  }
  EXPECT_NEAR(static_cast<double>(first), 100'000, 2'000);
  EXPECT_EQ(blocks, 64);
  EXPECT_EQ(small, 1);
}

TEST(RandomPart, TakesAllWhereThatIsAsked) {
  const std::vector<sample::ScanRange> ranges = {{{0, 0}, 0, 123'456}};
  std::int64_t next = 0;
  for (const auto& range : random_part(ranges, 1, 1)) {
    EXPECT_EQ(range.from, next);
    next = range.to;
  }
  EXPECT_EQ(next, 123'456);
}

}  // namespace
}  // namespace partwise::app
