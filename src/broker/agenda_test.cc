#include "broker/agenda.h"

#include <string>

#include <gtest/gtest.h>

#include "base/clock_fake.h"

namespace partwise::broker {
namespace {

class AgendaTest : public ::testing::Test {
 protected:
  Agenda::Id put(const char* name, Millis in) {
    return agenda.at(clock.steady_now() + in, [this, name] { ran += name; });
  }
  void pass(Millis time) {
    clock.advance(time);
    agenda.run_due(clock.steady_now());
  }
  FakeClock clock;
  Agenda agenda;
  std::string ran;
};

TEST_F(AgendaTest, RunsInTheOrderOfDueTimesAndNotBefore) {
  put("c", Millis{30});
  put("a", Millis{10});
  put("b", Millis{10});
  EXPECT_EQ(agenda.next(), clock.steady_now() + Millis{10});
  pass(Millis{9});
  EXPECT_EQ(ran, "");
  pass(Millis{1});
  EXPECT_EQ(ran, "ab");
  pass(Millis{100});
  EXPECT_EQ(ran, "abc");
  EXPECT_EQ(agenda.next(), std::nullopt);
}

TEST_F(AgendaTest, DoesNotRunWhatWasCancelled) {
  const auto a = put("a", Millis{10});
  put("b", Millis{10});
  agenda.cancel(a);
  pass(Millis{10});
  EXPECT_EQ(ran, "b");
  agenda.cancel(a);
}

TEST_F(AgendaTest, AnActMayCancelAnotherThatIsDueAtTheSameTime) {
  Agenda::Id b = 0;
  agenda.at(clock.steady_now(), [&] { agenda.cancel(b); });
  b = put("b", Millis{0});
  pass(Millis{0});
  EXPECT_EQ(ran, "");
}

TEST_F(AgendaTest, AnActThatPutsItselfDownAgainDoesNotRunForEver) {
  std::function<void()> again = [&] {
    ran += "x";
    agenda.at(clock.steady_now(), again);
  };
  agenda.at(clock.steady_now(), again);
  pass(Millis{0});
  EXPECT_EQ(ran, "x");
  pass(Millis{0});
  EXPECT_EQ(ran, "xx");
}

}  // namespace
}  // namespace partwise::broker
