#include "http/rate_limiter.h"

#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/clock_fake.h"
#include "http/waiter_fake.h"

namespace partwise::http {
namespace {

constexpr auto patient = SteadyTime::duration::max();

TEST(RateLimiter, LetsAsManyThroughAtOnceAsTheLimitSays) {
  FakeTime time;
  RateLimiter limiter(300, Millis(60'000), time, time);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(limiter.permit(patient, {}));
  EXPECT_EQ(time.passed(), Millis(0));
  ASSERT_TRUE(limiter.permit(patient, {}));
  EXPECT_EQ(time.passed(), Millis(60'000));
}

TEST(RateLimiter, CountsFromTheReplyNotFromTheRequest) {
  FakeTime time;
  RateLimiter limiter(1, Millis(1'000), time, time);
  {
    const auto permit = limiter.permit(patient, {});
    ASSERT_TRUE(permit);
    time.advance(Millis(700));
  }
  ASSERT_TRUE(limiter.permit(patient, {}));
  EXPECT_EQ(time.passed(), Millis(1'700));
}

TEST(RateLimiter, HoldsEverybodyAndTheLongestHoldCounts) {
  FakeTime time;
  RateLimiter limiter(10, Millis(1'000), time, time);
  limiter.hold_until(SteadyTime(Millis(5'000)));
  limiter.hold_until(SteadyTime(Millis(2'000)));
  ASSERT_TRUE(limiter.permit(patient, {}));
  EXPECT_EQ(time.passed(), Millis(5'000));
  ASSERT_TRUE(limiter.permit(patient, {}));
  EXPECT_EQ(time.passed(), Millis(5'000));
}

TEST(RateLimiter, SaysAtOnceThatAHoldLastsTooLong) {
  FakeTime time;
  RateLimiter limiter(1, Millis(60'000), time, time);
  limiter.hold_until(SteadyTime(Millis(30'000)));
  const auto late = limiter.permit(Millis(29'999), {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::limit);
  EXPECT_NE(late.error().message.find("for 30 s"), std::string::npos);
  EXPECT_EQ(time.passed(), Millis(0));
  EXPECT_TRUE(limiter.permit(Millis(30'000), {}));
}

TEST(RateLimiter, WaitsForPlacesOfOthersHoweverLong) {
  FakeTime time;
  RateLimiter limiter(1, Millis(60'000), time, time);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(limiter.permit(Millis(1), {}));
  EXPECT_EQ(time.passed(), Millis(180'000));
}

// Is asked to stop when somebody waits.
class StoppedWaiter final : public Waiter {
 public:
  explicit StoppedWaiter(std::stop_source& source) : source_(source) {}
  bool wait_until(SteadyTime time, const std::stop_token& stop) override {
    source_.request_stop();
    heard = stop.stop_requested();
    return SystemWaiter().wait_until(time, stop);
  }
  bool heard = false;

 private:
  std::stop_source& source_;
};

TEST(RateLimiter, HearsAStopWhileItWaits) {
  const SystemClock clock;
  std::stop_source stop;
  StoppedWaiter waiter(stop);
  RateLimiter limiter(1, Millis(2'000), clock, waiter);
  ASSERT_TRUE(limiter.permit(patient, {}));
  const auto permit = limiter.permit(patient, stop.get_token());
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(waiter.heard);
}

TEST(SystemWaiter, WaitsUntilItsTime) {
  SystemWaiter waiter;
  const auto time = std::chrono::steady_clock::now() + Millis(20);
  EXPECT_TRUE(waiter.wait_until(time, {}));
  EXPECT_GE(std::chrono::steady_clock::now(), time);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(waiter.wait_until(SteadyTime::max(), stop.get_token()));
}

// More than `most` of the sorted times lie in some window of that length, its end left out.
bool is_over(const std::vector<Millis>& times, std::size_t most, Millis window) {
  for (std::size_t i = 0; i + most < times.size(); ++i) {
    if (times[i + most] - times[i] < window) return true;
  }
  return false;
}

// Requests of random lengths overlap; the service may see each at any time between permit and
// reply.
RC_GTEST_PROP(RateLimiter, KeepsTheLimitInEveryWindow, ()) {
  const auto most = *rc::gen::inRange(1, 8);
  const auto window = Millis(*rc::gen::inRange(1, 50));
  FakeTime time;
  RateLimiter limiter(most, window, time, time);
  std::vector<std::pair<Millis, RateLimiter::Permit>> under_way;
  std::vector<Millis> seen;
  const auto steps = *rc::gen::container<std::vector<int>>(100, rc::gen::inRange(0, 40));
  for (const int step : steps) {
    if (step % 2 == 0 && under_way.size() < static_cast<std::size_t>(most)) {
      auto permit = limiter.permit(patient, {});
      RC_ASSERT(permit.has_value());
      under_way.emplace_back(time.passed(), std::move(*permit));
    } else if (!under_way.empty()) {
      const auto sent = under_way.front().first;
      const auto share = step % 5;  // of the way from the permit to the reply, in quarters
      seen.push_back(sent + (time.passed() - sent) * share / 4);
      under_way.erase(under_way.begin());
    }
    time.advance(Millis(step / 4));
  }
  std::ranges::sort(seen);
  RC_ASSERT(!is_over(seen, static_cast<std::size_t>(most), window));
}

// Nobody waits longer than the limit asks: requests without length come in bursts of `most`.
RC_GTEST_PROP(RateLimiter, WastesNoPlace, ()) {
  const auto most = *rc::gen::inRange(1, 8);
  const auto window = Millis(*rc::gen::inRange(1, 50));
  const auto count = *rc::gen::inRange(1, 60);
  FakeTime time;
  RateLimiter limiter(most, window, time, time);
  for (int i = 0; i < count; ++i) RC_ASSERT(limiter.permit(patient, {}).has_value());
  RC_ASSERT(time.passed() == window * ((count - 1) / most));
}

TEST(RateLimiter, KeepsTheLimitWithManyThreads) {
  FakeTime time;
  RateLimiter limiter(5, Millis(100), time, time);
  std::mutex mutex;
  std::vector<Millis> seen;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 50; ++k) {
          const auto permit = limiter.permit(patient, {});
          const std::scoped_lock lock(mutex);
          seen.push_back(time.passed());
          time.advance(Millis(1));
        }
      });
    }
  }
  ASSERT_EQ(seen.size(), 400U);
  std::ranges::sort(seen);
  EXPECT_FALSE(is_over(seen, 5, Millis(100)));
}

}  // namespace
}  // namespace partwise::http
