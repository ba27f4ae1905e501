// What is to be done later: time-outs, waits and delays of the embedded cluster, in one queue.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace partwise::broker {

/// Whoever runs the cluster calls run_due() when next() has come. Acts due at the same time run in
/// the order in which they were put down.
///
/// threads: owner only
class Agenda {
 public:
  using Id = std::uint64_t;

  Id at(SteadyTime due, std::function<void()> act);

  /// Nothing when it has run already.
  void cancel(Id id);

  /// When the first act is due.
  [[nodiscard]] std::optional<SteadyTime> next() const;

  /// Runs what is due at `now`; what it adds for a time up to `now` runs in the next call.
  void run_due(SteadyTime now);

 private:
  using Key = std::pair<SteadyTime, Id>;
  std::map<Key, std::function<void()>> acts_;
  std::unordered_map<Id, SteadyTime> due_;
  Id last_ = 0;
};

}  // namespace partwise::broker
