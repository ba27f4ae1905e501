#include "http/rate_limiter.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace partwise::http {

RateLimiter::RateLimiter(int most, Millis window, const Clock& clock, Waiter& waiter)
    : window_(window), clock_(&clock), waiter_(&waiter) {
  CHECK(most > 0 && window > Millis(0));
  for (int i = 0; i < most; ++i) free_from_.push(SteadyTime::min());
}

Result<RateLimiter::Permit> RateLimiter::permit(SteadyTime::duration patience,
                                                const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto now = clock_->steady_now();
    const auto next = take_or_wait_for(now);
    if (next <= now) return Permit(this);
    if (const auto held = hold(now); held > patience) {
      return fail(ErrorKind::limit,
                  fmt::format("the service wants no request for {:.0f} s",
                              std::chrono::duration<double>(held).count()),
                  "try again later, or ask for less at a time");
    }
    if (!waiter_->wait_until(next, stop)) break;
  }
  return fail(ErrorKind::interrupted, "interrupted while waiting for the service's limit");
}

SteadyTime RateLimiter::take_or_wait_for(SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  // A place that is held now cannot be free sooner than in one window.
  const auto place = free_from_.empty() ? now + window_ : free_from_.top();
  const auto next = std::max(place, held_until_);
  if (next <= now) free_from_.pop();
  return next;
}

SteadyTime::duration RateLimiter::hold(SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  return held_until_ > now ? held_until_ - now : SteadyTime::duration(0);
}

void RateLimiter::hold_until(SteadyTime time) {
  const std::scoped_lock lock(mutex_);
  held_until_ = std::max(held_until_, time);
}

void RateLimiter::give_back() {
  const std::scoped_lock lock(mutex_);
  free_from_.push(clock_->steady_now() + window_);
}

}  // namespace partwise::http
