#include "cli/status_line.h"

#include <chrono>
#include <condition_variable>
#include <utility>

#include "cli/terminal.h"

namespace partwise::cli {

void StatusLine::keep_showing(std::function<std::string()> text) {
  if (!terminal_) return;
  shower_ = std::jthread([this, text = std::move(text)](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      show(text());
      wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    }
  });
}

void StatusLine::say(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  erase();
  tell(line + "\n");
}

void StatusLine::finish() {
  if (shower_.joinable()) {
    shower_.request_stop();
    shower_.join();
  }
  const std::scoped_lock lock(mutex_);
  erase();
}

void StatusLine::show(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  erase();
  tell(text);
  drawn_ = true;
}

// To the line's beginning, and what is on it away.
void StatusLine::erase() {
  if (drawn_) tell("\r\x1b[K");
  drawn_ = false;
}

}  // namespace partwise::cli
