// What is on standard error while a run goes on.
#include "cli/progress_lines.h"

#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace partwise::cli {
namespace {

/// Standard error, read through a pipe while it lives.
class CapturedErrors {
 public:
  CapturedErrors() : before_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe(ends_.data()), 0);
    dup2(ends_[1], STDERR_FILENO);
    close(ends_[1]);
  }
  ~CapturedErrors() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    close(ends_[0]);
  }
  CapturedErrors(const CapturedErrors&) = delete;
  CapturedErrors& operator=(const CapturedErrors&) = delete;

  /// Waits for it.
  std::string line() {
    std::string text;
    for (char c = 0; read(ends_[0], &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }

 private:
  int before_;
  std::array<int, 2> ends_{};
};

TEST(ProgressLines, TellOfAStepThatSaysNoMore) {
  CapturedErrors errors;
  ProgressLines lines(false, false, Millis{20});
  lines.update({"broker:9092", "lkc-1", "asking metrics_api", 0, 0, 0, 0});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(errors.line().ends_with(" s  lkc-1  asking metrics_api"));
}

TEST(ProgressLines, AreSilentOnceFinished) {
  CapturedErrors errors;
  ProgressLines lines(false, false, Millis{1});
  lines.update({"broker:9092", "lkc-1", "connecting", 0, 0, 0, 0});
  EXPECT_TRUE(errors.line().ends_with(" s  lkc-1  connecting"));
  lines.finish();
  lines.update({"broker:9092", "lkc-1", "measuring", 0, 0, 0, 0});
  lines.say("the end");
  std::string last;
  while (last != "the end") {
    last = errors.line();
    EXPECT_EQ(last.find("measuring"), std::string::npos);
  }
}

}  // namespace
}  // namespace partwise::cli
