// A clock that tests move.
#pragma once

#include "base/clock.h"

namespace partwise {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return start_ + waited_; }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{} + waited_; }
  void advance(Millis by) { waited_ += by; }
  [[nodiscard]] Millis waited() const { return waited_; }

 private:
  Instant start_{std::chrono::hours(480'000)};
  Millis waited_{0};
};

}  // namespace partwise
