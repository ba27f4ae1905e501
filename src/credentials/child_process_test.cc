#include "credentials/child_process.h"

#include <sys/types.h>

#include <charconv>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

namespace partwise::credentials {
namespace {

using Words = std::vector<std::string>;

Result<ProcessOutput> run(const Words& command, Millis limit = Millis(60'000),
                          const std::stop_token& stop = {}) {
  const SystemClock clock;
  return output_of(command, limit, clock, stop);
}

Result<ProcessOutput> shell(const std::string& script, Millis limit = Millis(60'000)) {
  return run({"sh", "-c", script}, limit);
}

TEST(CommandWords, AreThoseOfAShellWithoutExpansion) {
  EXPECT_EQ(command_words(R"( /bin/x  --a "b c"'d'\ e "f\"g" 'h\i' "" )").value(),
            (Words{"/bin/x", "--a", "b cd e", "f\"g", "h\\i", ""}));
  EXPECT_EQ(command_words("a $HOME `b` *;c").value(), (Words{"a", "$HOME", "`b`", "*;c"}));
  EXPECT_FALSE(command_words("a 'b"));
  EXPECT_FALSE(command_words("  "));
}

TEST(ChildProcess, GivesWhatItWroteAndItsStatus) {
  const auto output = shell("printf out; printf err >&2; exit 3");
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out, "out");
  EXPECT_EQ(output->err, "err");
  EXPECT_EQ(output->status, 3);
  EXPECT_EQ(shell("kill -9 $$")->status, 128 + 9);
}

TEST(ChildProcess, HeedsSignalsThatThisProgramIgnores) {
  for (const int number : {SIGPIPE, SIGXFSZ}) {
    auto* const before = std::signal(number, SIG_IGN);
    EXPECT_EQ(shell("kill -" + std::to_string(number) + " $$")->status, 128 + number);
    (void)std::signal(number, before);
  }
}

TEST(ChildProcess, MayWriteMoreThanAPipeHolds) {
  EXPECT_EQ(shell("head -c 900000 /dev/zero")->out.size(), 900'000U);
  EXPECT_EQ(shell("head -c 2000000 /dev/zero").error().kind, ErrorKind::limit);
}

TEST(ChildProcess, HasNoInput) { EXPECT_EQ(shell("cat; echo end")->out, "end\n"); }

TEST(ChildProcess, IsKilledAtItsLimitWithWhatItStarted) {
  // What it started would write this file after the limit, if it were still there.
  const auto mark = testing::TempDir() + "partwise-child-mark";
  (void)std::remove(mark.c_str());
  const auto output = shell("(sleep 1; echo late > " + mark + ") & wait", Millis(100));
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, ErrorKind::timeout);
  (void)shell("sleep 1.2");
  EXPECT_NE(shell("cat " + mark)->status, 0);
}

TEST(ChildProcess, IsWaitedForWhenItHasClosedItsOutput) {
  EXPECT_EQ(shell("exec >&- 2>&-; sleep 60", Millis(100)).error().kind, ErrorKind::timeout);
}

TEST(ChildProcess, IsNotHeldUpByWhatItLeavesBehind) {
  const auto output = shell("sleep 60 & echo $!", Millis(10'000));
  ASSERT_TRUE(output);
  pid_t left = 0;
  std::from_chars(output->out.data(), output->out.data() + output->out.size(), left);
  ASSERT_GT(left, 1);
  EXPECT_EQ(::kill(left, SIGKILL), 0);
}

TEST(ChildProcess, StopsWhenTold) {
  std::stop_source stop;
  std::jthread teller([&stop] { stop.request_stop(); });
  EXPECT_EQ(run({"sleep", "60"}, Millis(60'000), stop.get_token()).error().kind,
            ErrorKind::interrupted);
}

TEST(ChildProcess, SaysThatThereIsNoSuchProgram) {
  const auto output = run({"/no/such/program"});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, ErrorKind::not_found);
  EXPECT_NE(output.error().message.find("/no/such/program"), std::string::npos);
}

}  // namespace
}  // namespace partwise::credentials
