// One thing that is due later and may be put off.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "broker/agenda.h"

namespace partwise::broker {

/// An entry of an agenda that ends with its owner.
///
/// threads: owner only
class Timer {
 public:
  explicit Timer(Agenda& agenda) : agenda_(agenda) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  /// Instead of what was set before. `act` may end the timer.
  void set(SteadyTime due, std::function<void()> act) {
    cancel();
    id_ = agenda_.at(due, [this, act = std::move(act)] {
      id_.reset();
      act();
    });
  }

  void cancel() {
    if (id_) agenda_.cancel(*id_);
    id_.reset();
  }

  [[nodiscard]] bool is_set() const { return id_.has_value(); }

 private:
  Agenda& agenda_;
  std::optional<Agenda::Id> id_;
};

}  // namespace partwise::broker
