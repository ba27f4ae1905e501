// One line on standard error that says how things are, redrawn while the program runs.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace partwise::cli {

/// threads: any
class StatusLine {
 public:
  /// Off a terminal nothing is redrawn; say() still prints.
  explicit StatusLine(bool terminal) : terminal_(terminal) {}
  ~StatusLine() { finish(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Shows `text`() about once a second, from a thread of its own, until finish().
  void keep_showing(std::function<std::string()> text);

  /// A line that stays.
  void say(const std::string& line);

  /// Removes what is redrawn.
  void finish();

 private:
  void show(const std::string& text);
  void erase();

  bool terminal_;
  bool drawn_ = false;
  std::mutex mutex_;
  std::jthread shower_;
};

}  // namespace partwise::cli
