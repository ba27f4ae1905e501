#include "cli/interrupt.h"

#include <unistd.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <utility>

namespace partwise::cli {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interrupt::Interrupt(std::function<void()> on_stop)
    : on_stop_(std::move(on_stop)), token_(source_.get_token()) {
  const auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  watcher_ = std::jthread([this](const std::stop_token& finished) { watch(finished); });
}

Interrupt::~Interrupt() {
  watcher_.request_stop();
  watcher_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::wait() const {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, token_, [] { return false; });
}

// A thread of its own waits for signals, so that nothing has to be safe inside a handler.
void Interrupt::watch(const std::stop_token& finished) {
  const auto signals = stop_signals();
  const timespec tick{0, 50'000'000};
  while (!finished.stop_requested()) {
    const int signal = sigtimedwait(&signals, nullptr, &tick);
    if (signal <= 0) continue;
    if (source_.stop_requested()) _exit(128 + signal);
    source_.request_stop();
    on_stop_();
  }
}

}  // namespace partwise::cli
