// Log lines, no more than so many a second: what attackers cause must not fill a disk.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "broker/agenda.h"

namespace partwise::listener {

using LogSink = std::function<void(std::string)>;

/// Lines above the limit of a second are counted, and "and 17 more" tells of them at its end.
///
/// threads: owner only
class LogLimit {
 public:
  static constexpr int lines_per_second = 10;

  /// agenda: for the end of a second; it and the clock outlive this
  LogLimit(LogSink sink, broker::Agenda& agenda, const Clock& clock)
      : sink_(std::move(sink)), agenda_(agenda), clock_(clock) {}

  void say(std::string line);

 private:
  void end_second();

  LogSink sink_;
  broker::Agenda& agenda_;
  const Clock& clock_;
  bool counting_ = false;
  int said_ = 0;
  std::int64_t more_ = 0;
};

}  // namespace partwise::listener
