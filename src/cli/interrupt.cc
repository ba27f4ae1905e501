#include "cli/interrupt.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <exception>
#include <mutex>
#include <utility>

#include "base/clock.h"

namespace partwise::cli {
namespace {

// Whoever sends it to a child and to its group means one stop.
constexpr Millis same_signal{1'000};

// A signal that is ignored from the start, as by nohup, stays so.
bool is_ignored(int signal) {
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    if (!is_ignored(signal)) sigaddset(&signals, signal);
  }
  return signals;
}

// What is to be told must not keep the run from stopping.
void call(const std::function<void()>& told) {
  try {
    if (told) told();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace

Interrupt::Interrupt(std::function<void()> on_stop, std::function<void()> on_leave)
    : on_stop_(std::move(on_stop)), on_leave_(std::move(on_leave)), token_(source_.get_token()) {
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
  SteadyTime first;
  while (!finished.stop_requested()) {
    const int signal = sigtimedwait(&signals, nullptr, &tick);
    if (signal <= 0) continue;
    const auto now = std::chrono::steady_clock::now();
    if (!source_.stop_requested()) {
      first = now;
      source_.request_stop();
      call(on_stop_);
    } else if (now - first >= same_signal) {
      alarm(2);  // a terminal that takes no more words must not hold it up
      call(on_leave_);
      _exit(128 + signal);
    }
  }
}

}  // namespace partwise::cli
