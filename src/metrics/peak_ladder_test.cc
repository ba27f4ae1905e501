// The ladder's limits by hand, and against all windows of random topics.
#include "metrics/peak_ladder.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"

namespace partwise::metrics {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Instant start{hours(480'000)};

ObservedTime over(Millis length, Millis width = minutes(1)) {
  return {start, start + length, width};
}

bool never(const Interval&) { return false; }

bool where_exact(const Interval& rate) { return rate.exact(); }

TEST(PeakLadder, PutsTheBusiestWindowBetweenAnHoursAverageAndItsSum) {
  PeakLadder ladder(over(hours(2)), 1);
  ladder.set_hour(0, 3600);
  ladder.set_hour(1, 720);
  ladder.hours_known();
  // All in one minute: 3,600 B / 60 s; evenly: 60 B in each minute.
  EXPECT_DOUBLE_EQ(ladder.peak().low, 1);
  EXPECT_DOUBLE_EQ(ladder.peak().high, 60);
  EXPECT_EQ(ladder.open_hours(never), (std::vector<int>{0, 1}));
  EXPECT_DOUBLE_EQ(ladder.total(), 4320);
  EXPECT_DOUBLE_EQ(ladder.mean(), 4320 / 7200.0);
}

TEST(PeakLadder, IsCertainWhenNoOtherHourCouldHoldABusierWindow) {
  PeakLadder ladder(over(hours(2)), 1);
  ladder.set_hour(0, 3600);
  ladder.set_hour(1, 720);
  ladder.hours_known();
  std::vector<double> minutes_of_0(60, 0);
  minutes_of_0[17] = 2880;
  minutes_of_0[59] = 720;
  ladder.set_windows(0, minutes_of_0);
  EXPECT_DOUBLE_EQ(ladder.peak().low, 48);
  EXPECT_TRUE(ladder.peak().exact());
  EXPECT_TRUE(ladder.open_hours(never).empty());
  EXPECT_EQ(ladder.busiest().start, start + minutes(17));
  EXPECT_EQ(ladder.busiest().width, Millis(minutes(1)));
  EXPECT_TRUE(ladder.busiest().exact);
}

TEST(PeakLadder, AsksOnlyForHoursThatCouldChangeTheAnswer) {
  PeakLadder ladder(over(hours(4)), 1);
  for (int hour = 0; hour < 4; ++hour) ladder.set_hour(hour, 600.0 * (hour + 1));
  ladder.hours_known();
  // In one minute: 10, 20, 30 and 40 B/s. The answer changes above 25 B/s alone.
  const auto steps = [](const Interval& rate) { return (rate.low > 25) == (rate.high > 25); };
  EXPECT_EQ(ladder.open_hours(steps), (std::vector<int>{3, 2}));
  EXPECT_TRUE(ladder.open_hours([](const Interval& rate) { return rate.high < 41; }).empty());
}

TEST(PeakLadder, TakesAQuantileOfTheWindowsThatWereSeen) {
  // One hour of four was seen: 240 B in four of its minutes, 60 B in the others. Of 60 windows, p95
  // leaves three above it; of 240, twelve.
  PeakLadder ladder(over(hours(4)), 0.95);
  std::vector<double> sums(60, 60);
  sums[0] = sums[1] = sums[2] = sums[3] = 240;
  ladder.set_windows(1, sums);
  ladder.hours_known();
  EXPECT_DOUBLE_EQ(ladder.peak().value, 1);
  EXPECT_EQ(ladder.windows(), 240);
  for (const int hour : {0, 2, 3}) ladder.leave_out(hour);
  EXPECT_EQ(ladder.windows(), 60);
  EXPECT_DOUBLE_EQ(ladder.peak().value, 4);
  // Hours before the topic began are not taken off twice.
  ladder.begin_at(1);
  EXPECT_EQ(ladder.windows(), 60);
}

TEST(PeakLadder, LeavesOutALongWindowOnlyWhereNoneOfItsHoursWasSeen) {
  PeakLadder ladder(over(hours(6), hours(2)), 0.5);
  ladder.leave_out(0);
  ladder.leave_out(2);
  ladder.leave_out(3);
  EXPECT_EQ(ladder.windows(), 2);
}

TEST(PeakLadder, KnowsNoUpperLimitBeforeTheHoursAreKnown) {
  PeakLadder ladder(over(hours(2)), 1);
  ladder.set_hour(1, 60);
  EXPECT_EQ(ladder.peak().high, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(ladder.busiest().exact);
  ladder.hours_known();
  EXPECT_DOUBLE_EQ(ladder.peak().high, 1);
}

TEST(PeakLadder, FindsNothingWhereNothingCame) {
  PeakLadder ladder(over(hours(3)), 1);
  ladder.hours_known();
  EXPECT_TRUE(ladder.peak().exact());
  EXPECT_EQ(ladder.peak().high, 0);
  EXPECT_EQ(ladder.mean(), 0);
  EXPECT_FALSE(ladder.busiest().exact);
  EXPECT_TRUE(ladder.open_hours(never).empty());
}

TEST(PeakLadder, TellsTheMeanOfEachHourThatIsKnown) {
  PeakLadder ladder(over(hours(4) + minutes(30)), 1);
  ladder.set_hour(1, 3600);
  ladder.set_hour(2, 7200);
  ladder.set_hour(4, 1800);
  EXPECT_TRUE(ladder.course().bytes_per_s.empty());
  ladder.hours_known();
  ladder.leave_out(2);
  ladder.begin_at(1);
  const auto course = ladder.course();
  EXPECT_EQ(course.start, start);
  EXPECT_EQ(course.step, Millis(hours(1)));
  ASSERT_EQ(course.bytes_per_s.size(), 5U);
  EXPECT_FALSE(course.bytes_per_s[0]) << "the topic was not there yet";
  EXPECT_DOUBLE_EQ(course.bytes_per_s[1].value(), 1);
  EXPECT_FALSE(course.bytes_per_s[2]) << "nobody counted";
  EXPECT_DOUBLE_EQ(course.bytes_per_s[3].value(), 0);
  EXPECT_DOUBLE_EQ(course.bytes_per_s[4].value(), 1) << "half an hour";
}

TEST(PeakLadder, CountsOnlyTheWindowsOfAPartOfAnHour) {
  PeakLadder ladder(over(hours(1) + minutes(2)), 1);
  EXPECT_EQ(ladder.hours(), 2);
  EXPECT_EQ(ladder.windows_in(0), 60);
  EXPECT_EQ(ladder.windows_in(1), 2);
  EXPECT_EQ(ladder.windows(), 62);
  ladder.set_hour(0, 600);
  ladder.set_hour(1, 600);
  ladder.hours_known();
  // The better average is that of the last two minutes: 300 B in a minute.
  EXPECT_DOUBLE_EQ(ladder.peak().low, 5);
  EXPECT_EQ(ladder.busiest().start, start + hours(1));
  EXPECT_EQ(ladder.busiest().width, Millis(minutes(2)));
  EXPECT_DOUBLE_EQ(ladder.mean(), 1200 / 3720.0);
}

TEST(PeakLadder, NeedsNoMoreThanHoursForWindowsOfHours) {
  PeakLadder by_hour(over(hours(3), hours(1)), 1);
  PeakLadder by_three(over(hours(6), hours(3)), 1);
  for (int hour = 0; hour < 6; ++hour) {
    if (hour < 3) by_hour.set_hour(hour, hour == 1 ? 7200 : 0);
    by_three.set_hour(hour, 1000 * hour);
  }
  by_hour.hours_known();
  by_three.hours_known();
  EXPECT_DOUBLE_EQ(by_hour.peak().low, 2);
  EXPECT_TRUE(by_hour.peak().exact());
  EXPECT_TRUE(by_hour.open_hours(never).empty());
  // 3,000 + 4,000 + 5,000 B in three hours.
  EXPECT_DOUBLE_EQ(by_three.peak().value, 12000 / 10800.0);
  EXPECT_TRUE(by_three.peak().exact());
  EXPECT_EQ(by_three.busiest().start, start + hours(3));
  EXPECT_TRUE(by_three.busiest().exact);
}

TEST(PeakLadder, CountsWhatIsNoAmountAsNothing) {
  PeakLadder ladder(over(hours(3)), 1);
  ladder.set_hour(0, std::nan(""));
  ladder.set_hour(1, -5);
  ladder.set_hour(2, std::numeric_limits<double>::infinity());
  ladder.hours_known();
  EXPECT_EQ(ladder.total(), 0);
  EXPECT_EQ(ladder.peak().high, 0);
}

TEST(PeakLadder, LeavesOutTheTimeBeforeTheTopicBegan) {
  PeakLadder ladder(over(hours(10)), 0.95);
  ladder.set_hour(9, 3600);
  ladder.begin_at(8);
  ladder.hours_known();
  EXPECT_EQ(ladder.windows(), 120);
  EXPECT_EQ(ladder.begin(), start + hours(8));
  EXPECT_DOUBLE_EQ(ladder.mean(), 0.5);
  // Of 120 windows 6 may exceed the answer: the seventh share of an hour's sum is its limit.
  EXPECT_DOUBLE_EQ(ladder.peak().high, 3600 / 7.0 / 60);
}

TEST(PeakLadder, LetsAsManyWindowsExceedAQuantileAsByHand) {
  // A tenth of ten windows is one, though (1 - 0.9) * 10 is less in floating point.
  PeakLadder ladder(over(minutes(10)), 0.9);
  ladder.hours_known();
  ladder.set_windows(0, std::vector<double>{60, 0, 0, 0, 0, 0, 0, 120, 0, 0});
  EXPECT_EQ(ladder.peak().value, 1);
}

TEST(PeakLadder, TellsWhichHourATimeIsIn) {
  const PeakLadder ladder(over(hours(2) + minutes(5)), 1);
  EXPECT_EQ(ladder.hour_at(start), 0);
  EXPECT_EQ(ladder.hour_at(start + hours(1) - Millis{1}), 0);
  EXPECT_EQ(ladder.hour_at(start + hours(1)), 1);
  EXPECT_EQ(ladder.hour_at(start + hours(2) + minutes(4)), 2);
  EXPECT_EQ(ladder.hour_at(start + hours(2) + minutes(5)), std::nullopt);
  EXPECT_EQ(ladder.hour_at(start - Millis{1}), std::nullopt);
}

/// A topic of which everything is known: the sum of each window.
struct Topic {
  ObservedTime time;
  int windows_in_hour = 60;
  std::vector<double> windows;

  [[nodiscard]] std::span<const double> in_hour(int hour) const {
    const auto from = static_cast<std::size_t>(hour * windows_in_hour);
    return std::span(windows).subspan(
        from, std::min(static_cast<std::size_t>(windows_in_hour), windows.size() - from));
  }
  [[nodiscard]] double sum_of(int hour) const {
    const auto part = in_hour(hour);
    return std::accumulate(part.begin(), part.end(), 0.0);
  }
  // The largest rate that no more than a share of 1 - q of all windows exceed.
  [[nodiscard]] double quantile(double q) const {
    auto sorted = windows;
    std::sort(sorted.begin(), sorted.end());
    const auto n = sorted.size();
    std::size_t above = 0;
    while (static_cast<double>(above + 1) <= (1 - q) * static_cast<double>(n) + 1e-9) ++above;
    return sorted[n - 1 - std::min(above, n - 1)] / seconds(time.width);
  }
};

// Quiet, steady, with daily bursts, or all of it in a few windows; whole numbers of bytes.
Topic random_topic() {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const int minutes_wide = *rc::gen::element(1, 5, 15, 30);
  const int windows = *rc::gen::inRange(1, 500);
  const int kind = *rc::gen::inRange(0, 4);
  Topic topic{over(windows * minutes(minutes_wide), minutes(minutes_wide)), 60 / minutes_wide, {}};
  for (int i = 0; i < windows; ++i) {
    const bool burst = random.below(40) == 0;
    double sum = static_cast<double>(random.below(1000));
    if (kind == 0 || (kind == 1 && !burst)) sum = 0;
    if (kind == 2) sum = 100'000 + sum + (burst ? 1'000'000 : 0);
    topic.windows.push_back(sum);
  }
  return topic;
}

PeakLadder with_hours_of(const Topic& topic, double quantile) {
  PeakLadder ladder(topic.time, quantile);
  for (int hour = 0; hour < ladder.hours(); ++hour) ladder.set_hour(hour, topic.sum_of(hour));
  ladder.hours_known();
  return ladder;
}

double random_quantile() { return *rc::gen::element(1.0, 0.999, 0.99, 0.95, 0.5, 0.01); }

bool near(double x, double y) { return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), 1.0); }

RC_GTEST_PROP(PeakLadder, HoldsTheTruthWhateverIsKnown, ()) {
  const auto topic = random_topic();
  const double q = random_quantile();
  auto ladder = with_hours_of(topic, q);
  const double truth = topic.quantile(q);
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  // In any order: each hour that becomes known only narrows the limits.
  std::vector<int> unknown(static_cast<std::size_t>(ladder.hours()));
  std::iota(unknown.begin(), unknown.end(), 0);
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  for (auto left = std::ssize(unknown); left > 0; --left) {
    const auto peak = ladder.peak();
    RC_ASSERT(peak.low <= truth * (1 + 1e-9) && truth <= peak.high * (1 + 1e-9));
    RC_ASSERT(peak.low >= low * (1 - 1e-9) && peak.high <= high * (1 + 1e-9));
    low = peak.low;
    high = peak.high;
    std::swap(unknown[static_cast<std::size_t>(random.below(left))],
              unknown[static_cast<std::size_t>(left - 1)]);
    const int hour = unknown[static_cast<std::size_t>(left - 1)];
    ladder.set_windows(hour, topic.in_hour(hour));
  }
  RC_ASSERT(ladder.peak().exact());
  RC_ASSERT(near(ladder.peak().value, truth));
  RC_ASSERT(near(ladder.total(), std::accumulate(topic.windows.begin(), topic.windows.end(), 0.0)));
}

RC_GTEST_PROP(PeakLadder, IsExactWhenNoHourIsOpen, ()) {
  const auto topic = random_topic();
  const double q = random_quantile();
  auto ladder = with_hours_of(topic, q);
  int asked = 0;
  for (auto open = ladder.open_hours(where_exact); !open.empty();
       open = ladder.open_hours(where_exact)) {
    ladder.set_windows(open.front(), topic.in_hour(open.front()));
    RC_ASSERT(++asked <= ladder.hours());
  }
  RC_ASSERT(ladder.peak().exact());
  RC_ASSERT(near(ladder.peak().value, topic.quantile(q)));
  if (q < 1) return;
  const auto busiest = ladder.busiest();
  RC_ASSERT(busiest.exact == (ladder.total() > 0));
  const auto at = static_cast<std::size_t>((busiest.start - start) / topic.time.width);
  RC_ASSERT(topic.windows[at] == *std::max_element(topic.windows.begin(), topic.windows.end()));
}

// All of each hour in one window, unless spreading it evenly keeps every window under the limit.
Topic flattest(Topic topic, const PeakLadder& ladder, double limit) {
  for (int hour = 0; hour < ladder.hours(); ++hour) {
    const double sum = topic.sum_of(hour);
    const auto part = topic.in_hour(hour);
    const double average = sum / static_cast<double>(part.size());
    const bool even = average <= limit * (1 + 1e-9);
    const auto from = part.data() - topic.windows.data();
    for (std::ptrdiff_t i = 0; i < std::ssize(part); ++i) {
      topic.windows[static_cast<std::size_t>(from + i)] = even ? average : (i == 0 ? sum : 0);
    }
  }
  return topic;
}

// As many windows of each hour as its sum can fill up to the limit.
Topic steepest(Topic topic, const PeakLadder& ladder, double limit) {
  for (int hour = 0; hour < ladder.hours(); ++hour) {
    double left = topic.sum_of(hour);
    const auto part = topic.in_hour(hour);
    const auto from = part.data() - topic.windows.data();
    for (std::ptrdiff_t i = 0; i < std::ssize(part); ++i) {
      const double sum = i + 1 < std::ssize(part) ? std::min(left, limit) : left;
      topic.windows[static_cast<std::size_t>(from + i)] = sum;
      left -= sum;
    }
  }
  return topic;
}

RC_GTEST_PROP(PeakLadder, HasLimitsThatTrafficWithTheSameHoursReaches, ()) {
  const auto topic = random_topic();
  const double q = random_quantile();
  const auto ladder = with_hours_of(topic, q);
  const auto peak = ladder.peak();
  const double width = seconds(topic.time.width);
  RC_ASSERT(near(flattest(topic, ladder, peak.low * width).quantile(q), peak.low));
  RC_ASSERT(steepest(topic, ladder, peak.high * width).quantile(q) >= peak.high * (1 - 1e-9));
}

TEST(PeakLadder, AsksForFewHoursOfATopicWithADailyPeak) {
  // 168 hours of 60 MB, and one minute of 50 MB a day on top, in hour 20.
  PeakLadder ladder(over(hours(168)), 1);
  for (int hour = 0; hour < 168; ++hour) ladder.set_hour(hour, hour % 24 == 20 ? 110e6 : 60e6);
  ladder.hours_known();
  const auto open = ladder.open_hours(where_exact);
  ASSERT_EQ(open.size(), 168U);
  EXPECT_EQ(open[0], 20);
  std::vector<double> minutes_of_20(60, 1e6);
  minutes_of_20[30] = 51e6;
  ladder.set_windows(20, minutes_of_20);
  // Another day's hour could hold 110 MB in a minute, an ordinary one 60 MB: both above 51.
  EXPECT_EQ(ladder.open_hours(where_exact).size(), 167U);
  EXPECT_EQ(ladder.busiest().start, start + hours(20) + minutes(30));
  EXPECT_FALSE(ladder.busiest().exact);
  // Where it only matters whether it is above 1.5 MB/s (90 MB in a minute), six hours are open.
  const auto above = [](const Interval& rate) { return (rate.low > 1.5e6) == (rate.high > 1.5e6); };
  EXPECT_EQ(ladder.open_hours(above), (std::vector<int>{44, 68, 92, 116, 140, 164}));
}

}  // namespace
}  // namespace partwise::metrics
