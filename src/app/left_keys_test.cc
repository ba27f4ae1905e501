#include "app/left_keys.h"

#include <unistd.h>

#include <algorithm>

#include <gtest/gtest.h>

#include "app/this_run.h"

namespace partwise::app {
namespace {

constexpr Instant now{Millis(1'772'600'760'000)};

std::string in_use(const std::string& host, Millis age, bool runs) {
  const credentials::KeyNote note{"r1", 1, host, 77, 5, now - age};
  return in_use_text(
      note, "here",
      [runs](std::int64_t pid, std::int64_t begun) { return runs && pid == 77 && begun == 5; },
      now);
}

TEST(LeftKeys, OfThisMachineAreInUseWhileTheirProcessRuns) {
  EXPECT_EQ(in_use("here", Millis(1'000), true), "process 77 of this machine runs");
  EXPECT_EQ(in_use("here", Millis(1'000), false), "");
}

TEST(LeftKeys, OfOtherMachinesMayBeInUseForADay) {
  EXPECT_EQ(in_use("there", Millis(2 * 3'600'000), false), "made on there 2 h ago");
  EXPECT_EQ(in_use("there", Millis(24 * 3'600'000), true), "");
}

TEST(LeftKeys, WithoutANoteAreNotShownToBeLeftOver) {
  EXPECT_EQ(in_use_text(
                {}, "here", [](std::int64_t, std::int64_t) { return false; }, now),
            "its description is not of partwise, or was changed");
}

TEST(ThisRun, IsOnAMachineWithABootAndANamespace) {
  const auto name = machine_name();
  EXPECT_EQ(name, machine_name());
  EXPECT_GE(std::count(name.begin(), name.end(), '.'), 2);
  EXPECT_NE(name.back(), '.');
}

TEST(ThisRun, ANumberThatAnotherProcessHasNowIsNotThatProcess) {
  const auto note = note_of_this_run(SystemClock().now());
  EXPECT_GT(note.begun, 0);
  EXPECT_TRUE(still_runs(getpid(), note.begun));
  EXPECT_TRUE(still_runs(getpid(), 0));
  EXPECT_FALSE(still_runs(getpid(), note.begun + 1));
  EXPECT_FALSE(still_runs(0, 0));
}

}  // namespace
}  // namespace partwise::app
