#include "app/topic_stretch.h"

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

TEST(RandomRounds, TakeAboutTheFractionEvenly) {
  const std::vector<sample::ScanRange> ranges = {
      {{0, 0}, 5'000, 1'005'000}, {{0, 1}, 0, 0}, {{0, 2}, 10, 300}};
  const auto rounds = random_rounds(ranges, 0.1, 7);
  std::int64_t first = 0;
  std::int64_t last_end = 0;
  for (const auto& round : rounds) {
    EXPECT_LE(round.size(), 2U);
    for (const auto& range : round) {
      ASSERT_LT(range.from, range.to);
      if (range.at.partition != 0) continue;
      EXPECT_GE(range.from, std::max<std::int64_t>(5'000, last_end));  // none twice
      EXPECT_LE(range.to, 1'005'000);
      last_end = range.to;
      first += range.to - range.from;
    }
  }
  EXPECT_NEAR(static_cast<double>(first), 100'000, 2'000);
  EXPECT_EQ(rounds.size(), 64U);
  // Of a small partition as large a part, in one block.
  ASSERT_EQ(rounds[0].size(), 2U);
  EXPECT_EQ(rounds[0][1].at.partition, 2);
  EXPECT_EQ(rounds[0][1].to - rounds[0][1].from, 29);
}

TEST(RandomRounds, TakeAllWhereThatIsAsked) {
  const std::vector<sample::ScanRange> ranges = {{{0, 0}, 0, 123'456}};
  std::int64_t next = 0;
  for (const auto& round : random_rounds(ranges, 1, 1)) {
    ASSERT_EQ(round.size(), 1U);
    EXPECT_EQ(round[0].from, next);
    next = round[0].to;
  }
  EXPECT_EQ(next, 123'456);
}

}  // namespace
}  // namespace partwise::app
