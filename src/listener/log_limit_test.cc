#include "listener/log_limit.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/clock_fake.h"

namespace partwise::listener {
namespace {

class LogLimitTest : public ::testing::Test {
 protected:
  void pass(Millis time) {
    clock.advance(time);
    agenda.run_due(clock.steady_now());
  }
  void say(int lines) {
    for (int i = 0; i < lines; ++i) log.say("x");
  }
  FakeClock clock;
  broker::Agenda agenda;
  std::vector<std::string> said;
  LogLimit log{[this](std::string line) { said.push_back(std::move(line)); }, agenda, clock};
};

TEST_F(LogLimitTest, SaysTenLinesASecondAndCountsTheRest) {
  say(1'234);
  EXPECT_EQ(said, std::vector<std::string>(10, "x"));
  pass(Millis{999});
  say(1);
  EXPECT_EQ(said.size(), 10U);
  pass(Millis{1});
  EXPECT_EQ(said.size(), 11U);
  EXPECT_EQ(said.back(), "and 1,225 more");
  say(10);
  EXPECT_EQ(said.size(), 21U);
}

TEST_F(LogLimitTest, SaysNothingOfNothing) {
  say(10);
  pass(Millis{1'000});
  EXPECT_EQ(said.size(), 10U);
  EXPECT_EQ(agenda.next(), std::nullopt);
}

}  // namespace
}  // namespace partwise::listener
