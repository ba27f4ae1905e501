#include "sizing/demand_course.h"

#include <gtest/gtest.h>

namespace partwise::sizing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Instant start{hours(24 * 20'000)};

Instant after(Millis time) { return start + time; }

TEST(DemandCourse, HasTwoHoursOfAWeekInAStep) {
  const std::vector<CountedBytes> parts = {{start, after(hours(168)), 168.0 * 3600}};
  const auto course = demand_course(start, after(hours(168)), minutes(1), parts);
  EXPECT_EQ(course.start, start);
  EXPECT_EQ(course.step, hours(2));
  ASSERT_EQ(course.bytes_per_s.size(), 84U);
  for (const auto& rate : course.bytes_per_s) EXPECT_DOUBLE_EQ(rate.value(), 1);
}

TEST(DemandCourse, SpreadsALongPartAndAddsShortOnesUp) {
  // Steps of a minute: 60 bytes in the first, 30 and 30 in the second, 240 in the next four.
  const std::vector<CountedBytes> parts = {{start, after(minutes(1)), 60},
                                           {after(minutes(1)), after(std::chrono::seconds(90)), 30},
                                           {after(std::chrono::seconds(90)), after(minutes(2)), 30},
                                           {after(minutes(2)), after(minutes(6)), 240}};
  const auto course = demand_course(start, after(minutes(6)), minutes(1), parts);
  ASSERT_EQ(course.bytes_per_s.size(), 6U);
  for (const auto& rate : course.bytes_per_s) EXPECT_DOUBLE_EQ(rate.value(), 1);
}

TEST(DemandCourse, KnowsNothingWhereNothingWasCounted) {
  const std::vector<CountedBytes> parts = {{after(minutes(2)), after(minutes(3)), 120}};
  const auto course = demand_course(start, after(minutes(4)), minutes(1), parts);
  ASSERT_EQ(course.bytes_per_s.size(), 4U);
  EXPECT_FALSE(course.bytes_per_s[0]);
  EXPECT_FALSE(course.bytes_per_s[1]);
  EXPECT_DOUBLE_EQ(course.bytes_per_s[2].value(), 2);
  EXPECT_FALSE(course.bytes_per_s[3]);
  EXPECT_TRUE(demand_course(start, after(minutes(4)), minutes(1), {}).bytes_per_s.empty());
}

TEST(DemandCourse, EndsWithAShorterStepWhereWindowsDoNotDivide) {
  // 100 windows: steps of two, 50 of them; 101 windows: the last has one.
  const std::vector<CountedBytes> parts = {{start, after(minutes(101)), 101.0 * 60}};
  const auto course = demand_course(start, after(minutes(101)), minutes(1), parts);
  EXPECT_EQ(course.step, minutes(2));
  ASSERT_EQ(course.bytes_per_s.size(), 51U);
  EXPECT_DOUBLE_EQ(course.bytes_per_s.back().value(), 1);
}

}  // namespace
}  // namespace partwise::sizing
