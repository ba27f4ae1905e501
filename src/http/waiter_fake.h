// A clock and waiter whose time passes by waiting only.
#pragma once

#include <algorithm>
#include <mutex>
#include <vector>

#include "http/waiter.h"

namespace partwise::http {

/// threads: any
class FakeTime final : public Clock, public Waiter {
 public:
  [[nodiscard]] Instant now() const override {
    const std::scoped_lock lock(mutex_);
    return Instant(std::chrono::hours(480'000)) + passed_;
  }
  [[nodiscard]] SteadyTime steady_now() const override {
    const std::scoped_lock lock(mutex_);
    return SteadyTime(passed_);
  }
  bool wait_until(SteadyTime time, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    const std::scoped_lock lock(mutex_);
    const auto by = std::chrono::ceil<Millis>(time - SteadyTime(passed_));
    waits_.push_back(std::max(by, Millis(0)));
    passed_ += waits_.back();
    return true;
  }
  void advance(Millis by) {
    const std::scoped_lock lock(mutex_);
    passed_ += by;
  }
  [[nodiscard]] Millis passed() const {
    const std::scoped_lock lock(mutex_);
    return passed_;
  }
  /// Every wait, for tests of one thread.
  [[nodiscard]] const std::vector<Millis>& waits() const { return waits_; }

 private:
  mutable std::mutex mutex_;
  Millis passed_{0};
  std::vector<Millis> waits_;
};

}  // namespace partwise::http
