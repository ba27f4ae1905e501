#include "metrics/prometheus_coverage.h"

#include <limits>

#include <gtest/gtest.h>

namespace partwise::metrics {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Instant start{hours(480'000)};
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Four hours, scraped once a minute.
Coverage covered(const PrometheusRows& samples, const PrometheusRows& bounds,
                 bool counters = true) {
  const std::vector<Millis> intervals(4, minutes(1));
  return coverage_of({start, start + hours(4), minutes(1)}, samples, bounds, intervals, counters);
}

TEST(PrometheusCoverage, IsWholeWhereACounterIsSeenAtBothEndsOfAnHour) {
  const PrometheusRows samples = {{"a", {60, 30, 60, 60}}};
  const PrometheusRows bounds = {{"a", {1, 1, 1, 1, 1}}};
  EXPECT_EQ(covered(samples, bounds).all, 4 * 3600);
  EXPECT_TRUE(covered(samples, bounds).warnings.empty());
  // What a gauge was meanwhile is not known.
  EXPECT_EQ(covered(samples, bounds, false).all, 3.5 * 3600);
}

TEST(PrometheusCoverage, EndsWhereSamplesEnd) {
  // From 1:20 to 2:30 nothing.
  const PrometheusRows samples = {{"a", {60, 20, 30, 60}}};
  const auto coverage = covered(samples, {{"a", {1, 1, none, 1, 1}}});
  EXPECT_EQ(coverage.hours, (std::vector<double>{3600, 1200, 1800, 3600}));
  EXPECT_EQ(coverage.from(2), 5400);
  ASSERT_EQ(coverage.warnings.size(), 1U);
  EXPECT_NE(coverage.warnings[0].find("samples of 2 h 50 min of 4 h"), std::string::npos);
}

TEST(PrometheusCoverage, TakesEachHourByItsOwnInterval) {
  // Every five minutes at first, with a gap of half an hour; then every minute.
  const std::vector<Millis> intervals = {minutes(5), minutes(5), minutes(1), minutes(1)};
  const auto coverage = coverage_of({start, start + hours(4), minutes(1)}, {{"a", {12, 6, 60, 60}}},
                                    {}, intervals, true);
  EXPECT_EQ(coverage.hours, (std::vector<double>{3600, 1800, 3600, 3600}));
}

TEST(PrometheusCoverage, WarnsOfABrokerThatWasNotScrapedBetweenTwoTimes) {
  const PrometheusRows samples = {
      {"a", {60, 60, 60, 60}}, {"b", {60, none, none, 60}}, {"new", {none, none, 60, 60}}};
  const auto coverage = covered(samples, {{"a", {1, 1, 1, 1, 1}}});
  ASSERT_EQ(coverage.warnings.size(), 1U);
  EXPECT_EQ(coverage.warnings[0].find("not scraped while others were: b in 2 hours;"), 0U)
      << coverage.warnings[0];
}

TEST(PrometheusCoverage, KnowsTheFirstAndTheLastHourOfAnyInstance) {
  const auto sampled = hours_sampled({{"a", {none, none, 3, none}}, {"b", {none, 1, none, none}}});
  ASSERT_TRUE(sampled);
  EXPECT_EQ(sampled->first, 1);
  EXPECT_EQ(sampled->last, 2);
  EXPECT_FALSE(hours_sampled({{"a", {none, 0}}}));
}

}  // namespace
}  // namespace partwise::metrics
