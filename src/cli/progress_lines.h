// Progress on standard error: lines that are redrawn on a terminal, now and then a plain one else.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/progress.h"

namespace partwise::cli {

/// threads: any
class ProgressLines final : public Progress {
 public:
  /// `verbose`: also every detail, each on a line of its own.
  ProgressLines(bool terminal, bool verbose);
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
  void draw();
  void erase();

  bool terminal_;
  bool verbose_;
  bool finished_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, ClusterProgress> clusters_;
  int lines_drawn_ = 0;
  SteadyTime start_;
  SteadyTime last_draw_;
};

}  // namespace partwise::cli
