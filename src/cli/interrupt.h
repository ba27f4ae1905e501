// Ctrl-C and SIGTERM: once to stop and keep what is finished, twice to leave at once.
#pragma once

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace partwise::cli {

/// While it lives, the first signal asks for a stop and calls `on_stop`; the second ends the
/// program with its status. Make it before any other thread, for they inherit the blocked signals.
class Interrupt {
 public:
  explicit Interrupt(std::function<void()> on_stop);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] const std::stop_token& token() const { return token_; }

  /// Until the first signal.
  void wait() const;

 private:
  void watch(const std::stop_token& finished);

  std::function<void()> on_stop_;
  std::stop_source source_;
  std::stop_token token_;
  sigset_t before_{};
  std::jthread watcher_;
};

}  // namespace partwise::cli
