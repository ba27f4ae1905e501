// Time comes in through a Clock, so that tests can set it.
#pragma once

#include <chrono>
#include <string>

namespace partwise {

using Millis = std::chrono::milliseconds;
/// Milliseconds since 1970 in UTC, Kafka's unit for record timestamps.
using Instant = std::chrono::sys_time<Millis>;
/// For measuring how long things take; never goes back.
using SteadyTime = std::chrono::steady_clock::time_point;

/// threads: any
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
  }
  [[nodiscard]] SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

inline double seconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

/// "2026-03-04T05:06:07Z": UTC, whole seconds.
std::string utc_text(Instant t);

/// "Wed 4 Mar 05:06" in the zone of the user's machine.
std::string local_minute_text(Instant t);

/// "6 d 12 h", "3 h 5 min", "42 s": the two largest units that are not zero.
std::string duration_text(Millis d);

}  // namespace partwise
