#include "cli/progress_lines.h"

#include <csignal>

#include <fmt/format.h>

#include "base/units.h"
#include "cli/terminal.h"

namespace partwise::cli {
namespace {

using std::chrono::steady_clock;

constexpr Millis redraw_every{100};
constexpr Millis idle_redraw_every{1000};
constexpr int bar_width = 20;

std::string bar(int done, int total) {
  const int filled = total > 0 ? bar_width * done / total : 0;
  std::string text;
  for (int i = 0; i < bar_width; ++i) text += i < filled ? "━" : "─";
  return text;
}

std::string line_of(const ClusterProgress& progress, bool with_bar) {
  auto text = (progress.cluster.empty() ? progress.address : progress.cluster) + "  ";
  if (progress.topics_total == 0) return text + progress.step;
  if (with_bar) text += bar(progress.topics_done, progress.topics_total) + "  ";
  text += fmt::format("{}/{} topics", progress.topics_done, progress.topics_total);
  if (progress.lookups > 0) text += fmt::format("  {} lookups", count_text(progress.lookups));
  if (progress.bytes_read > 0) {
    text += fmt::format("  {} read", bytes_text(static_cast<double>(progress.bytes_read)));
  }
  return text;
}

/// While it lives, no signal comes to this thread, nor ever to those that it starts.
class Deaf {
 public:
  Deaf() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~Deaf() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Deaf(const Deaf&) = delete;
  Deaf& operator=(const Deaf&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

ProgressLines::ProgressLines(bool terminal, bool verbose, Millis plain_every)
    : terminal_(terminal),
      verbose_(verbose),
      draw_every_(terminal ? redraw_every : plain_every),
      start_(steady_clock::now()),
      last_draw_(start_) {
  // Signals that stop a run are for the thread that waits for them, which may not be there yet.
  const Deaf deaf;
  drawer_ = std::jthread([this](const std::stop_token& stop) { draw_now_and_then(stop); });
}

ProgressLines::~ProgressLines() { finish(); }

void ProgressLines::update(const ClusterProgress& progress) {
  const std::scoped_lock lock(mutex_);
  clusters_[progress.address] = progress;
  if (!finished_ && steady_clock::now() - last_draw_ >= draw_every_) draw();
}

void ProgressLines::draw_now_and_then(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto due = last_draw_ + (terminal_ ? idle_redraw_every : draw_every_);
    finishing_.wait_until(lock, stop, due, [] { return false; });
    if (finished_ || stop.stop_requested()) return;
    if (steady_clock::now() >= due) draw();
  }
}

void ProgressLines::detail(const std::string& line) {
  if (verbose_) say(fmt::format("{:8.3f} s  {}", seconds(steady_clock::now() - start_), line));
}

void ProgressLines::say(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  erase();
  tell(line + "\n");
}

void ProgressLines::finish() {
  drawer_.request_stop();
  const std::scoped_lock lock(mutex_);
  if (!finished_) erase();
  finished_ = true;
}

int ProgressLines::topics_done() const {
  const std::scoped_lock lock(mutex_);
  int sum = 0;
  for (const auto& [address, progress] : clusters_) sum += progress.topics_done;
  return sum;
}

void ProgressLines::draw() {
  erase();
  for (const auto& [address, progress] : clusters_) {
    const auto so_far = seconds(steady_clock::now() - start_);
    tell((terminal_ ? "" : fmt::format("{:5.0f} s  ", so_far)) + line_of(progress, terminal_) +
         "\n");
  }
  lines_drawn_ = terminal_ ? static_cast<int>(clusters_.size()) : 0;
  last_draw_ = steady_clock::now();
}

void ProgressLines::erase() {
  // Up over the lines drawn, clearing from there to the end of the screen.
  if (lines_drawn_ > 0) tell(fmt::format("\x1b[{}F\x1b[J", lines_drawn_));
  lines_drawn_ = 0;
}

}  // namespace partwise::cli
