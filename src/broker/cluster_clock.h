// The embedded cluster's time: the machine's, or one that is set.
#pragma once

#include <atomic>
#include <optional>

#include "base/clock.h"

namespace partwise::broker {

/// Records, retention and virtual topics go by now(); waiting and time-outs by steady_now(), which
/// is always the machine's.
///
/// threads: any
class ClusterClock final : public Clock {
 public:
  /// Stands still at `set`, if that is given.
  explicit ClusterClock(std::optional<Instant> set) {
    if (set) stand_at(*set);
  }

  [[nodiscard]] Instant now() const override {
    const auto set = set_ms_.load();
    return set == runs ? system_.now() + Millis{ahead_ms_.load()} : Instant{Millis{set}};
  }
  [[nodiscard]] SteadyTime steady_now() const override { return system_.steady_now(); }

  [[nodiscard]] bool stands() const { return set_ms_.load() != runs; }
  void stand_at(Instant time) { set_ms_ = time.time_since_epoch().count(); }
  /// Goes on from `time` with the machine's clock.
  void run_from(Instant time) {
    ahead_ms_ = (time - system_.now()).count();
    set_ms_ = runs;
  }

 private:
  static constexpr std::int64_t runs = INT64_MIN;
  SystemClock system_;
  std::atomic<std::int64_t> set_ms_{runs};
  std::atomic<std::int64_t> ahead_ms_{0};
};

}  // namespace partwise::broker
