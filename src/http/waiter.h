// The port through which code waits, so that tests need no time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/clock.h"

namespace partwise::http {

/// threads: any
class Waiter {
 public:
  virtual ~Waiter() = default;
  /// True when the time has come, false at once when a stop is asked for.
  virtual bool wait_until(SteadyTime time, const std::stop_token& stop) = 0;
};

class SystemWaiter final : public Waiter {
 public:
  bool wait_until(SteadyTime time, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any woken;  // by the stop alone
    std::unique_lock lock(mutex);
    woken.wait_until(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace partwise::http
