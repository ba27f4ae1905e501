// One limit of the rate for all who ask the same service.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/waiter.h"

namespace partwise::http {

/// At most `most` requests in any window of that length, wherever the window begins: a place is
/// taken before a request is sent, and is free again one window after its reply came. Whatever the
/// network adds, the service sees a request between the two.
///
/// threads: any; clock and waiter must outlive it, and it the permits
class RateLimiter {
 public:
  RateLimiter(int most, Millis window, const Clock& clock, Waiter& waiter);

  struct GiveBack {
    void operator()(RateLimiter* limiter) const { limiter->give_back(); }
  };
  /// The right to send one request; to be kept until its reply is there.
  using Permit = std::unique_ptr<RateLimiter, GiveBack>;

  /// Waits for a place, as long as others take them, in no order among those who wait.
  ///
  /// errors: interrupted; limit, as soon as everybody is held for longer than `patience`
  Result<Permit> permit(SteadyTime::duration patience, const std::stop_token& stop);

  /// Nobody gets a permit before that time. What was given stays.
  void hold_until(SteadyTime time);

 private:
  void give_back();
  /// Takes a place, or says before when there will be none.
  SteadyTime take_or_wait_for(SteadyTime now);
  [[nodiscard]] SteadyTime::duration hold(SteadyTime now);

  Millis window_;
  const Clock* clock_;
  Waiter* waiter_;
  std::mutex mutex_;
  /// When each place that nobody holds is free, the next one first.
  std::priority_queue<SteadyTime, std::vector<SteadyTime>, std::greater<>> free_from_;
  SteadyTime held_until_ = SteadyTime::min();
};

}  // namespace partwise::http
