#include "http/retrying.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/exchange_fake.h"
#include "http/waiter_fake.h"

namespace partwise::http {
namespace {

Request get() {
  Request request;
  request.url = "https://api.example.com/v2?token=thunder";
  return request;
}

Request with_method(const std::string& method) {
  auto request = get();
  request.method = method;
  return request;
}

Result<Reply> refused() { return fail(ErrorKind::unavailable, "api.example.com:443: refused"); }

// A service that answers by a list; its last answer stays.
class RetryingTest : public ::testing::Test {
 protected:
  Result<Reply> sent(const Request& request, std::vector<Result<Reply>> list) {
    answers = std::move(list);
    next = 0;
    return retrying.send(request, stop.get_token());
  }
  [[nodiscard]] std::size_t tries() const { return next; }

  std::vector<Result<Reply>> answers;
  std::size_t next = 0;
  Millis each_takes{0};
  std::stop_source stop;
  std::vector<std::string> notes;
  FakeTime time;
  RateLimiter limiter{300, Millis(60'000), time, time};
  FakeExchange inner{[this](const Request&) {
    time.advance(each_takes);
    return answers[std::min(next++, answers.size() - 1)];
  }};
  Retrying retrying{
      inner, time, time, {&limiter, 7, [this](const std::string& line) { notes.push_back(line); }}};
};

TEST_F(RetryingTest, MayHaveAPatienceForAllRequests) {
  Retrying hasty(inner, time, time, {nullptr, 7, {}, Millis(3'000)});
  answers = {refused()};
  EXPECT_FALSE(hasty.send(get(), {}));
  EXPECT_LT(time.passed(), Millis(3'000));
}

TEST_F(RetryingTest, AsksOnceWhereAllIsWell) {
  EXPECT_EQ(sent(get(), {Reply{200, {}, "yes"}})->body, "yes");
  EXPECT_EQ(tries(), 1U);
  EXPECT_EQ(time.passed(), Millis(0));
  EXPECT_TRUE(notes.empty());
}

TEST_F(RetryingTest, AsksAgainAfterWhatMayPass) {
  for (const auto& trouble : {Result<Reply>(Reply{429, {}, ""}), Result<Reply>(Reply{500, {}, ""}),
                              Result<Reply>(Reply{503, {}, ""}), Result<Reply>(Reply{599, {}, ""}),
                              refused(), Result<Reply>(fail(ErrorKind::timeout, "late"))}) {
    const auto reply = sent(get(), {trouble, Reply{200, {}, ""}});
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(tries(), 2U);
  }
}

TEST_F(RetryingTest, TakesOtherAnswersAsTheyAre) {
  for (const int status : {204, 301, 400, 401, 403, 404, 409, 501}) {
    EXPECT_EQ(sent(get(), {Reply{status, {}, ""}, Reply{200, {}, ""}})->status, status);
  }
  for (const auto kind : {ErrorKind::invalid_input, ErrorKind::unauthorized, ErrorKind::limit,
                          ErrorKind::interrupted}) {
    const auto reply = sent(get(), {fail(kind, "no"), Reply{200, {}, ""}});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().message, "no");
  }
}

TEST_F(RetryingTest, RepeatsAPostOnlyWhereItIsMarked) {
  for (const auto* method : {"GET", "HEAD", "PUT", "DELETE"}) {
    EXPECT_EQ(sent(with_method(method), {refused(), Reply{200, {}, ""}})->status, 200) << method;
  }
  for (const auto* method : {"POST", "PATCH"}) {
    EXPECT_FALSE(sent(with_method(method), {refused(), Reply{200, {}, ""}})) << method;
    EXPECT_EQ(sent(with_method(method), {Reply{500, {}, ""}, Reply{200, {}, ""}})->status, 500);
  }
  auto query = with_method("POST");
  query.repeatable = true;
  EXPECT_EQ(sent(query, {refused(), Reply{200, {}, ""}})->status, 200);
}

TEST_F(RetryingTest, RepeatsAnyPostThatTheLimitTurnedAway) {
  EXPECT_EQ(sent(with_method("POST"), {Reply{429, {}, ""}, Reply{202, {}, ""}})->status, 202);
  EXPECT_EQ(tries(), 2U);
  EXPECT_FALSE(sent(with_method("POST"), {Reply{429, {}, ""}, refused(), Reply{202, {}, ""}}));
}

TEST_F(RetryingTest, GivesUpInsideItsPatienceWithTheLastError) {
  auto request = get();
  request.patience = Millis(90'000);
  const auto reply = sent(request, {refused()});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message,
            fmt::format("api.example.com:443: refused (after {} tries)", tries()));
  EXPECT_LE(time.passed(), Millis(90'000));
  EXPECT_GT(tries(), 4U);  // whose waits are less than 1 + 2 + 4 s
  EXPECT_EQ(notes.size(), tries() - 1);
  EXPECT_TRUE(notes.front().starts_with("api.example.com:443: refused; try 2 in "))
      << notes.front();
}

TEST_F(RetryingTest, GivesUpWithTheLastReply) {
  const auto reply = sent(get(), {refused(), Reply{503, {}, "later"}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "later");
  EXPECT_TRUE(notes.back().starts_with("api.example.com:443 answered 503; try ")) << notes.back();
}

TEST_F(RetryingTest, GivesATryNoMoreThanWhatIsLeft) {
  auto request = get();
  request.patience = Millis(10'000);
  request.timeout = Millis(8'000);
  each_takes = Millis(8'000);
  EXPECT_FALSE(sent(request, {fail(ErrorKind::timeout, "late")}));
  ASSERT_EQ(inner.requests().size(), 2U);  // the wait between is less than 1 s
  EXPECT_EQ(inner.requests()[0].timeout, Millis(8'000));
  EXPECT_EQ(inner.requests()[1].timeout, Millis(2'000) - time.waits()[0]);
}

TEST_F(RetryingTest, WaitsAsLongAsAReplyAsks) {
  sent(get(), {Reply{503, {{"Retry-After", "17"}}, ""}, Reply{200, {}, ""}}).value();
  EXPECT_EQ(time.passed(), Millis(17'000));
  sent(get(),
       {Reply{429, {{"rateLimit-reset", "20"}, {"ratelimit-reset", "3"}}, ""}, Reply{200, {}, ""}})
      .value();
  EXPECT_EQ(time.passed(), Millis(37'000));
}

TEST_F(RetryingTest, WaitsForAResetWithoutALimiterAsWell) {
  Retrying alone(inner, time, time, {});
  answers = {Reply{429, {{"X-RateLimit-Reset", "20"}}, ""}, Reply{200, {}, ""}};
  ASSERT_TRUE(alone.send(get(), {}));
  EXPECT_EQ(time.passed(), Millis(20'000));
}

TEST_F(RetryingTest, BeginsNoWaitThatOutlastsItsPatience) {
  auto request = get();
  request.patience = Millis(30'000);
  const auto reply = sent(request, {Reply{429, {{"Retry-After", "30"}}, ""}, Reply{200, {}, ""}});
  EXPECT_EQ(reply->status, 429);
  EXPECT_EQ(time.passed(), Millis(0));
  EXPECT_EQ(tries(), 1U);
}

TEST_F(RetryingTest, HoldsEverybodyWhenNothingRemains) {
  sent(get(), {Reply{200, {{"rateLimit-remaining", "0"}, {"rateLimit-reset", "9"}}, ""}}).value();
  EXPECT_EQ(time.passed(), Millis(0));
  ASSERT_TRUE(limiter.permit(Millis(60'000), {}));
  EXPECT_EQ(time.passed(), Millis(9'000));
}

TEST_F(RetryingTest, HoldsEverybodyAfterA429ButNotLongerThanItsPatience) {
  auto request = get();
  request.patience = Millis(30'000);
  sent(request, {Reply{429, {{"Retry-After", "3600"}}, ""}}).value();
  ASSERT_TRUE(limiter.permit(Millis(60'000), {}));
  EXPECT_EQ(time.passed(), Millis(30'000));
}

TEST_F(RetryingTest, TakesAPlaceAtTheLimiterForEachTry) {
  RateLimiter two(2, Millis(60'000), time, time);
  Retrying narrow(inner, time, time, {&two, 7, {}});
  answers = {refused(), refused(), Reply{200, {}, ""}};
  ASSERT_TRUE(narrow.send(get(), {}));
  EXPECT_GE(time.passed(), Millis(60'000));
}

TEST_F(RetryingTest, IsPatientWithTheServiceNotWithThoseWhoTakeItsPlaces) {
  RateLimiter one(1, Millis(60'000), time, time);
  Retrying narrow(inner, time, time, {&one, 7, {}});
  answers = {Reply{200, {}, ""}, Reply{200, {}, ""}, Reply{200, {}, ""}};
  auto request = get();
  request.patience = Millis(10'000);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(narrow.send(request, {})) << i;
  EXPECT_GE(time.passed(), Millis(120'000));
}

TEST_F(RetryingTest, HearsAStopBetweenTries) {
  FakeExchange stopping([this](const Request&) {
    stop.request_stop();
    return refused();
  });
  Retrying stopped(stopping, time, time, {});
  const auto reply = stopped.send(get(), stop.get_token());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::interrupted);
  EXPECT_EQ(stopping.requests().size(), 1U);
  EXPECT_EQ(time.passed(), Millis(0));
}

// By moments: a wait drawn evenly from [0, m) has the mean m/2 and the variance m²/12.
TEST(Retrying, DrawsItsWaitsEvenlyFromWindowsThatDoubleUpTo30Seconds) {
  constexpr int rounds = 4'000;
  const std::vector<double> most = {1, 2, 4, 8, 16, 30, 30};
  std::vector<double> sum(most.size());
  std::vector<double> squares(most.size());
  for (int round = 0; round < rounds; ++round) {
    FakeExchange inner([](const Request&) { return refused(); });
    FakeTime time;
    Retrying retrying(inner, time, time, {nullptr, static_cast<std::uint64_t>(round), {}});
    auto request = get();
    request.patience = Millis(92'000);  // the seven waits take less than 91 s
    EXPECT_FALSE(retrying.send(request, {}));
    ASSERT_GE(time.waits().size(), most.size());
    for (std::size_t i = 0; i < most.size(); ++i) {
      const auto wait_s = seconds(time.waits()[i]);
      ASSERT_LT(wait_s, most[i]);
      sum[i] += wait_s;
      squares[i] += wait_s * wait_s;
    }
  }
  for (std::size_t i = 0; i < most.size(); ++i) {
    const auto mean = sum[i] / rounds;
    // Four standard errors of the mean: m / sqrt(12 · 4000) · 4 = 0.018 m.
    EXPECT_NEAR(mean, most[i] / 2, 0.019 * most[i]) << i;
    EXPECT_NEAR(squares[i] / rounds - mean * mean, most[i] * most[i] / 12,
                0.006 * most[i] * most[i]);
  }
}

}  // namespace
}  // namespace partwise::http
