#include "credentials/usable_wait.h"

#include <gtest/gtest.h>

#include "http/waiter_fake.h"

namespace partwise::credentials {
namespace {

class UsableWait : public testing::Test {
 protected:
  // What each probe says; the last again and again.
  Result<> waited(std::vector<Result<bool>> answers) {
    const auto probe = [this, answers]() -> Result<bool> {
      probes_at_.push_back(time_.passed());
      return answers[std::min(probes_at_.size(), answers.size()) - 1];
    };
    return wait_until_usable("API key K", probe, time_, time_, {}, stop_.get_token());
  }
  [[nodiscard]] std::vector<int> seconds_of_probes() const {
    std::vector<int> seconds;
    for (const auto at : probes_at_) seconds.push_back(static_cast<int>(at / Millis(1'000)));
    return seconds;
  }

  http::FakeTime time_;
  std::stop_source stop_;
  std::vector<Millis> probes_at_;
};

TEST_F(UsableWait, AsksForTwoSuccessesInARow) {
  EXPECT_TRUE(waited({true, false, true, true}));
  // Waits: 2 after the success, 2 after the failure, 2 after the success.
  EXPECT_EQ(seconds_of_probes(), (std::vector<int>{0, 2, 4, 6}));
}

TEST_F(UsableWait, DoublesItsWaitsUpToHalfAMinute) {
  EXPECT_TRUE(waited({false, false, false, false, false, false, false, true, true}));
  // 2, 4, 8, 16, 30, 30, 30, then 2 between the successes.
  EXPECT_EQ(seconds_of_probes(), (std::vector<int>{0, 2, 6, 14, 30, 60, 90, 120, 122}));
}

TEST_F(UsableWait, GivesUpAfterTwentyMinutesWithALastProbe) {
  const auto late = waited({false});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);
  EXPECT_EQ(seconds_of_probes().back(), 1'200);
  // 0, 2, 6, 14, 30, then each half minute up to 1200.
  EXPECT_EQ(probes_at_.size(), 4U + 40U);
  EXPECT_EQ(late.error().message, "API key K does not work after 20 min (44 tries)");
}

TEST_F(UsableWait, EndsWithTheProbesError) {
  const auto broken = waited({false, fail(ErrorKind::unauthorized, "not trusted"), true});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message, "not trusted");
  EXPECT_EQ(probes_at_.size(), 2U);
}

TEST_F(UsableWait, EndsAtOnceWhereNothingHasEverAnswered) {
  const auto broken = waited({fail(ErrorKind::unavailable, "no host"), true});
  ASSERT_FALSE(broken);
  EXPECT_EQ(probes_at_.size(), 1U);
}

TEST_F(UsableWait, OutlivesANetworkThatFailsForAWhile) {
  const auto reset = fail(ErrorKind::unavailable, "reset");
  EXPECT_TRUE(waited({false, reset, fail(ErrorKind::timeout, "silence"), true, reset, true, true}));
  EXPECT_EQ(probes_at_.size(), 7U);
}

TEST_F(UsableWait, GivesUpOnANetworkThatFailsForTwoMinutes) {
  const auto gone = waited({false, fail(ErrorKind::timeout, "silence")});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, "silence");
  // 0, 2, 6, 14, 30, then each half minute.
  EXPECT_EQ(seconds_of_probes().back(), 120);
}

TEST_F(UsableWait, EndsAtAStop) {
  stop_.request_stop();
  EXPECT_EQ(waited({true}).error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(probes_at_.empty());
  std::stop_source later;
  int probes = 0;
  const auto probe = [&]() -> Result<bool> {
    if (++probes == 2) later.request_stop();
    return false;
  };
  EXPECT_EQ(wait_until_usable("K", probe, time_, time_, {}, later.get_token()).error().kind,
            ErrorKind::interrupted);
  EXPECT_EQ(probes, 2);
}

}  // namespace
}  // namespace partwise::credentials
