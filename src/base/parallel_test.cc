#include "base/parallel.h"

#include <atomic>
#include <latch>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace partwise {
namespace {

TEST(InParallel, DoesEachItemOnce) {
  for (const std::size_t items : {0U, 1U, 2U, 100U}) {
    for (const std::size_t most : {0U, 1U, 8U}) {
      std::vector<std::atomic<int>> done(items);
      in_parallel(items, most, [&](std::size_t i) { ++done[i]; });
      for (const auto& each : done) EXPECT_EQ(each, 1);
    }
  }
}

TEST(InParallel, WorksOnAsManyAtATimeAsItMay) {
  std::latch all_begun(4);
  in_parallel(4, 4, [&](std::size_t) { all_begun.arrive_and_wait(); });
}

TEST(InParallel, DoesAllThatIsLeftWhereOneThrows) {
  std::atomic<int> done = 0;
  const auto work = [&](std::size_t i) {
    if (i % 3 == 1) throw std::runtime_error("no");
    ++done;
  };
  EXPECT_THROW(in_parallel(30, 4, work), std::runtime_error);
  EXPECT_EQ(done, 20);
}

}  // namespace
}  // namespace partwise
