// What is asked about, by hand and for any time.
#include "metrics/observed_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/units.h"

namespace partwise::metrics {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

std::string text(const ObservedTime& time) {
  return utc_text(time.start) + " to " + utc_text(time.end);
}

Instant at(const char* time) { return *instant_from_text(time); }

TEST(ObservedTime, EndsWithTheLastWholeMinuteAndBeginsWithAWholeHour) {
  const auto latest = at("2026-11-20T10:32:45Z");
  EXPECT_EQ(text(*observed_time(latest, hours(168), minutes(1))),
            "2026-11-13T11:00:00Z to 2026-11-20T10:32:00Z");
  EXPECT_EQ(text(*observed_time(latest, hours(1), minutes(15))),
            "2026-11-20T10:00:00Z to 2026-11-20T10:30:00Z");
}

TEST(ObservedTime, DoesNotReachFurtherBackForWindowsThatEndEarlier) {
  // The last quarter of an hour ends at 10:00; 24 hours before 10:05 is 10:05, not 10:00.
  EXPECT_EQ(text(*observed_time(at("2026-11-20T10:05:00Z"), hours(24), minutes(15))),
            "2026-11-19T11:00:00Z to 2026-11-20T10:00:00Z");
}

TEST(ObservedTime, LosesNothingWhereTheLatestTimeIsAnHour) {
  EXPECT_EQ(text(*observed_time(at("2026-11-20T10:00:00Z"), hours(24), minutes(1))),
            "2026-11-19T10:00:00Z to 2026-11-20T10:00:00Z");
}

TEST(ObservedTime, HoldsWholeWindowsWhereTheyAreLongerThanAnHour) {
  // Windows of six hours begin at 0, 6, 12 and 18 o'clock.
  EXPECT_EQ(text(*observed_time(at("2026-11-20T10:32:45Z"), hours(168), hours(6))),
            "2026-11-13T12:00:00Z to 2026-11-20T06:00:00Z");
}

TEST(ObservedTime, RefusesWindowsThatMinutesAndHoursDoNotMakeUp) {
  const auto latest = at("2026-11-20T10:32:45Z");
  for (const Millis width : {Millis{0}, Millis{500}, Millis{30'000}, Millis{90'000},
                             Millis{minutes(7)}, Millis{minutes(40)}, Millis{minutes(90)}}) {
    const auto time = observed_time(latest, hours(168), width);
    ASSERT_FALSE(time) << width.count();
    EXPECT_EQ(time.error().kind, ErrorKind::invalid_input);
    EXPECT_NE(time.error().hint.find("whole hours"), std::string::npos);
  }
  EXPECT_EQ(observed_time(latest, hours(1), Millis{90'000}).error().message,
            "a peak window of 1 min 30 s cannot be had from a metrics service, which keeps minutes "
            "and hours");
}

TEST(ObservedTime, RefusesATimeThatHoldsNoWindow) {
  const auto latest = at("2026-11-20T10:10:45Z");
  EXPECT_FALSE(observed_time(latest, minutes(10), minutes(1)));
  // Between 9:10 and 10:10 lies a whole hour, 10:00, and no half hour after it.
  EXPECT_TRUE(observed_time(latest, hours(1), minutes(1)));
  EXPECT_FALSE(observed_time(latest, hours(1), minutes(30)));
  EXPECT_EQ(observed_time(latest, hours(1), minutes(30)).error().hint, "observe at least 2 h");
  EXPECT_TRUE(observed_time(latest, hours(2), minutes(30)));
  EXPECT_FALSE(observed_time(latest, hours(2), hours(3)));
}

RC_GTEST_PROP(ObservedTime, IsAlignedAndNoLongerThanAsked, ()) {
  const Instant latest{
      Millis{*rc::gen::inRange<std::int64_t>(1'700'000'000'000, 1'900'000'000'000)}};
  const Millis width = minutes(*rc::gen::element(1, 5, 12, 30, 60, 120, 300));
  const Millis step = std::max<Millis>(hours(1), width);
  const Millis length = 2 * step + minutes(*rc::gen::inRange(0, 20'000));
  const auto time = *observed_time(latest, length, width);
  RC_ASSERT(time.start < time.end);
  RC_ASSERT(time.end <= latest && latest - time.end < width);
  RC_ASSERT(latest - time.start <= length && latest - time.start > length - step);
  RC_ASSERT(time.start.time_since_epoch() % hours(1) == Millis{0});
  RC_ASSERT(time.start.time_since_epoch() % width == Millis{0});
  RC_ASSERT(time.end.time_since_epoch() % width == Millis{0});
}

}  // namespace
}  // namespace partwise::metrics
