// Progress on standard error: lines that are redrawn on a terminal, now and then a plain one else.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/progress.h"

namespace partwise::cli {

/// A step that takes long and tells nothing is shown again by a thread of the lines' own.
///
/// threads: any
class ProgressLines final : public Progress {
 public:
  /// `verbose`: also every detail, each on a line of its own.
  /// plain_every: between lines where there is no terminal
  ProgressLines(bool terminal, bool verbose, Millis plain_every = Millis{10'000});
  ~ProgressLines() override;
  ProgressLines(const ProgressLines&) = delete;
  ProgressLines& operator=(const ProgressLines&) = delete;

  void update(const ClusterProgress& progress) override;
  void detail(const std::string& line) override;
  /// A line that stays, above those that are redrawn.
  void say(const std::string& line) override;
  /// Removes what is redrawn, for good.
  void finish();

  [[nodiscard]] int topics_done() const;

 private:
  void draw_now_and_then(const std::stop_token& stop);
  void draw();
  void erase();

  bool terminal_;
  bool verbose_;
  Millis draw_every_;
  bool finished_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, ClusterProgress> clusters_;
  int lines_drawn_ = 0;
  SteadyTime start_;
  SteadyTime last_draw_;
  std::condition_variable_any finishing_;
  std::jthread drawer_;  // the last: it uses all the others
};

}  // namespace partwise::cli
