// Demand over time: totals by hand, never decreasing, noise that evens out.
#include "fleet/demand.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "fleet/random_specs_fake.h"

namespace partwise::fleet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Thursday, 1 January 2026, 00:00 UTC.
constexpr Instant thursday{Millis{1'767'225'600'000}};

Demand of(std::vector<DemandComponent> components, double noise = 0, Instant start = thursday) {
  return {components, noise, 1, start};
}

TEST(Flat, CountsItsRateFromTheStart) {
  const auto demand = of({{Flat{20}}});
  EXPECT_EQ(demand.total(thursday), 0);
  EXPECT_EQ(demand.total(thursday - hours(5)), 0);
  EXPECT_NEAR(demand.total(thursday + Millis{500}), 10, 1e-9);
  EXPECT_NEAR(demand.total(thursday + hours(1)), 20 * 3600, 1e-6);
}

TEST(Flat, BeginsAtTheMillisecondOfTheStart) {
  const auto start = thursday + Millis{12'345};
  const auto demand = of({{Flat{1000}}}, 0, start);
  EXPECT_EQ(demand.total(start), 0);
  EXPECT_NEAR(demand.total(start + Millis{1}), 1, 1e-9);
  EXPECT_NEAR(demand.total(start + minutes(10)), 600'000, 1e-6);
}

TEST(Diurnal, HasItsMeanOverWholeDays) {
  const auto demand = of({{Diurnal{10, 0.8, 14}}}, 0, thursday + hours(7) + Millis{77});
  EXPECT_NEAR(demand.total(demand.start() + hours(24)), 864'000, 1);
  EXPECT_NEAR(demand.total(demand.start() + hours(72)), 3 * 864'000, 1);
}

TEST(Diurnal, PeaksAtItsHour) {
  const auto demand = of({{Diurnal{10, 0.8, 14}}});
  const auto minute_at = [&](hours h) {
    return demand.total(thursday + h + minutes(1)) - demand.total(thursday + h);
  };
  // 10/s * (1 + 0.8) * 60 s at the top, 10/s * 0.2 * 60 s at 02:00, the mean at 08:00 and 20:00.
  EXPECT_NEAR(minute_at(hours(14)), 1080, 0.1);
  EXPECT_NEAR(minute_at(hours(2)), 120, 0.1);
  EXPECT_NEAR(minute_at(hours(8)), 600, 1.5);
  EXPECT_NEAR(minute_at(hours(20)), 600, 1.5);
  // From 08:00 to 20:00 the mean of the sine's upper half is 2 / pi of its height.
  EXPECT_NEAR(demand.total(thursday + hours(20)) - demand.total(thursday + hours(8)),
              432'000 * (1 + 0.8 * 2 / M_PI), 1);
}

TEST(Weekly, SlowsDownOnSaturdayAndSunday) {
  const auto demand = of({{Weekly{10, 0.25}}});
  // Thursday and Friday in full, then two quarter days, then Monday.
  EXPECT_NEAR(demand.total(thursday + hours(48)), 2 * 864'000, 1e-3);
  EXPECT_NEAR(demand.total(thursday + hours(96)), 2.5 * 864'000, 1e-3);
  EXPECT_NEAR(demand.total(thursday + hours(120)), 3.5 * 864'000, 1e-3);
}

TEST(Trend, IsTheAreaUnderItsLine) {
  // A trapezium of 100 s: (10 + 30) / 2 * 100; after that 30/s.
  const auto rising = of({{Trend{10, 30, seconds(6000)}}});
  EXPECT_NEAR(rising.total(thursday + seconds(6000)), 120'000, 1e-6);
  EXPECT_NEAR(rising.total(thursday + seconds(3000)), (10.0 + 20) / 2 * 3000, 1e-6);
  EXPECT_NEAR(rising.total(thursday + seconds(7200)), 120'000 + 1200 * 30, 1e-6);
  const auto falling = of({{Trend{30, 0, seconds(6000)}}});
  EXPECT_NEAR(falling.total(thursday + seconds(3000)), (30.0 + 15) / 2 * 3000, 1e-6);
  EXPECT_NEAR(falling.total(thursday + seconds(9000)), 90'000, 1e-6);
}

TEST(Burst, LastsAndComesBack) {
  const auto once = of({{Burst{100, hours(1), minutes(5), Millis{0}}}});
  EXPECT_EQ(once.total(thursday + hours(1)), 0);
  EXPECT_NEAR(once.total(thursday + hours(1) + minutes(2)), 12'000, 1e-9);
  EXPECT_NEAR(once.total(thursday + hours(100)), 30'000, 1e-9);
  const auto often = of({{Burst{100, hours(1), minutes(5), hours(6)}}});
  EXPECT_NEAR(often.total(thursday + hours(24)), 4 * 30'000, 1e-9);
}

TEST(OnOff, CountsOnlyWhileItIsOn) {
  const auto demand = of({{OnOff{10, minutes(10), minutes(20), minutes(5)}}});
  // Five minutes are left of the first ten; then off until 25, on until 35.
  EXPECT_NEAR(demand.total(thursday + minutes(25)), 3000, 1e-9);
  EXPECT_NEAR(demand.total(thursday + minutes(35)), 9000, 1e-9);
  EXPECT_NEAR(demand.total(thursday + minutes(55)), 9000, 1e-9);
}

TEST(Component, CountsOnlyBetweenFromAndUntil) {
  const auto demand =
      of({{Flat{10}, hours(2), hours(5)}, {Diurnal{10, 1, 0}, hours(12), hours(36)}});
  EXPECT_EQ(demand.total(thursday + hours(2)), 0);
  EXPECT_NEAR(demand.total(thursday + hours(3)), 36'000, 1e-6);
  EXPECT_NEAR(demand.total(thursday + hours(9)), 108'000, 1e-6);
  EXPECT_NEAR(demand.total(thursday + hours(99)), 108'000 + 864'000, 1e-3);
}

RC_GTEST_PROP(Demand, NeverDecreases, ()) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const auto components = random_demand(random);
  const double noise = random.uniform() < 0.5 ? 0 : noise_max * random.uniform();
  const auto start = random_start(random);
  const Demand demand(components, noise, random.next(), start);
  RC_ASSERT(demand.total(start) == 0);
  DemandWalk walk(demand);
  // Every minute of three days with its neighbours to the millisecond.
  double last = 0;
  for (int m = -2; m < 3 * 1440; ++m) {
    const auto minute = std::chrono::floor<minutes>(start) + minutes(m);
    for (const auto ms : {0, 1, 59'999}) {
      const double total = walk.total(minute + Millis{ms});
      RC_ASSERT(total >= last);
      last = total;
    }
  }
  // A walk gives what a single question does.
  for (int i = 0; i < 20; ++i) {
    const auto t = start + random_millis(random, hours(96));
    RC_ASSERT(walk.total(t) == demand.total(t));
  }
  // Every millisecond around the end of some minute.
  const auto from = std::chrono::floor<minutes>(start + random_millis(random, hours(72)));
  for (int ms = 58'000; ms < 62'000; ++ms) {
    RC_ASSERT(walk.total(from + Millis{ms + 1}) >= walk.total(from + Millis{ms}));
  }
}

TEST(Diurnal, NeverDecreasesWhereItStandsStill) {
  for (int peak = 0; peak < 1440; ++peak) {
    const auto demand = of({{Diurnal{123'456.7, 1, peak / 60.0}}}, 0, thursday);
    DemandWalk walk(demand);
    double last = 0;
    for (int m = 0; m <= 3 * 1440; ++m) {
      const double total = walk.total(thursday + minutes(m));
      ASSERT_GE(total, last) << "peak " << peak << " minute " << m;
      last = total;
    }
  }
}

RC_GTEST_PROP(Noise, KeepsTotals, ()) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  auto components = random_demand(random);
  for (auto& component : components) component.until = component.from + hours(30);
  const auto start = random_start(random);
  const Demand smooth(components, 0, 1, start);
  const Demand noisy(components, noise_max, random.next(), start);
  // To the last bit once it is over; before, by less than half a minute's records.
  RC_ASSERT(noisy.total(start + hours(60)) == smooth.total(start + hours(60)));
  for (int i = 0; i < 200; ++i) {
    const auto t = start + random_millis(random, hours(48));
    const double around = smooth.total(t + minutes(2)) - smooth.total(t - minutes(2));
    RC_ASSERT(std::abs(noisy.total(t) - smooth.total(t)) <= around * noise_max / 2 + 1e-6);
  }
}

TEST(Noise, MakesMinutesUnlike) {
  const auto demand = of({{Flat{100}}}, 0.5);
  double least = 1e9;
  double most = 0;
  for (int m = 1; m < 1000; ++m) {
    const auto t = thursday + minutes(m);
    const double records = demand.total(t + minutes(1)) - demand.total(t);
    least = std::min(least, records);
    most = std::max(most, records);
  }
  // 6000 a minute, both ends moved by up to a quarter of it.
  EXPECT_GT(least, 3000);
  EXPECT_LT(least, 4000);
  EXPECT_GT(most, 8000);
  EXPECT_LT(most, 9000);
}

TEST(DemandCheck, NamesTheFieldAndWhatIsAllowed) {
  const auto message = [](const DemandComponent& component) {
    const auto result = check(component);
    return result ? std::string("fine") : result.error().message + "; " + result.error().hint;
  };
  EXPECT_EQ(message({Flat{1}}), "fine");
  EXPECT_EQ(message({Flat{-1}}), "rate is -1; rate is 0 to 1000000000");
  EXPECT_EQ(message({Flat{std::nan("")}}), "rate is nan; rate is 0 to 1000000000");
  EXPECT_EQ(message({Diurnal{1, 1.5, 0}}), "amplitude is 1.5; amplitude is 0 to 1");
  EXPECT_EQ(message({Diurnal{1, 1, 25}}), "peak_hour is 25; peak_hour is 0 to 24");
  EXPECT_EQ(message({Burst{1, hours(0), minutes(2), minutes(1)}}),
            "every is 60000 ms; every is 120000 ms to 36500 d");
  EXPECT_EQ(message({Flat{1}, hours(2), hours(1)}),
            "until is 3600000 ms; until is 7200000 ms to 36500 d");
}

}  // namespace
}  // namespace partwise::fleet
