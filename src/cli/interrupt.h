// Ctrl-C, SIGTERM, SIGQUIT and a terminal that is closed: once to stop and keep what is finished,
// twice to leave at once.
#pragma once

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace partwise::cli {

/// While it lives, the first signal asks for a stop and calls `on_stop`; another, a second later or
/// more, calls `on_leave` and ends the program with its status. What the two throw is lost. Make it
/// before any other thread, for they inherit the blocked signals.
class Interrupt {
 public:
  explicit Interrupt(std::function<void()> on_stop, std::function<void()> on_leave = {});
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] const std::stop_token& token() const { return token_; }

  /// Until the first signal.
  void wait() const;

 private:
  void watch(const std::stop_token& finished);

  std::function<void()> on_stop_;
  std::function<void()> on_leave_;
  std::stop_source source_;
  std::stop_token token_;
  sigset_t before_{};
  std::jthread watcher_;
};

}  // namespace partwise::cli
