#include "http/reply_limits.h"

#include <gtest/gtest.h>

namespace partwise::http {
namespace {

// 1994-11-06T08:49:07Z, half a minute before RFC 9110's example of a date.
constexpr Instant now{std::chrono::seconds(784'111'747)};

std::optional<Millis> after(const std::string& value, std::vector<Header> more = {}) {
  more.push_back({"retry-after", value});
  return retry_after({503, more, ""}, now);
}

std::optional<Millis> reset(int status, const std::vector<Header>& headers) {
  return rate_limit_reset({status, headers, ""});
}

TEST(RetryAfter, IsSecondsOrADateInEachOfItsThreeForms) {
  EXPECT_EQ(after("120"), Millis(120'000));
  EXPECT_EQ(after("0"), Millis(0));
  EXPECT_EQ(after("Sun, 06 Nov 1994 08:49:37 GMT"), Millis(30'000));
  EXPECT_EQ(after("Sunday, 06-Nov-94 08:49:37 GMT"), Millis(30'000));
  EXPECT_EQ(after("Sun, 06 Nov 1994 08:49:00 GMT"), Millis(0));
}

TEST(RetryAfter, CountsFromTheRepliesOwnDate) {
  EXPECT_EQ(after("Sun, 06 Nov 1994 08:49:37 GMT", {{"Date", "Sun, 06 Nov 1994 08:49:32 GMT"}}),
            Millis(5'000));
}

TEST(RetryAfter, IsIgnoredWhenBroken) {
  for (const auto* value : {"", "soon", "-1", "1e3", "12 s", "inf", "nan", "999999999999999999999",
                            "1700000000", "12 GMT x", "Sun, 06 Nov 2094 08:49:37 GMT"}) {
    EXPECT_EQ(after(value), std::nullopt) << value;
  }
  EXPECT_EQ(retry_after({503, {}, ""}, now), std::nullopt);
}

TEST(RateLimitReset, IsTheLargestWithNothingRemaining) {
  const std::vector<Header> headers = {{"rateLimit-limit", "300"},   {"rateLimit-remaining", "0"},
                                       {"rateLimit-reset", "12"},    {"RateLimit-Limit", "160"},
                                       {"RATELIMIT-REMAINING", "7"}, {"ratelimit-reset", "1800"}};
  EXPECT_EQ(reset(429, headers), Millis(12'000));
  EXPECT_EQ(reset(200, headers), Millis(12'000));
  EXPECT_EQ(reset(200, {{"X-RateLimit-Remaining", "0, 0"}, {"X-RateLimit-Reset", "3, 40"}}),
            Millis(40'000));
}

TEST(RateLimitReset, IsTheLargestOfAllOnA429ThatLeavesSomething) {
  const std::vector<Header> headers = {{"rateLimit-remaining", "3"},
                                       {"rateLimit-reset", "12"},
                                       {"rateLimit-remaining", "9"},
                                       {"rateLimit-reset", "5"}};
  EXPECT_EQ(reset(429, headers), Millis(12'000));
  EXPECT_EQ(reset(200, headers), std::nullopt);
  EXPECT_EQ(reset(429, {{"X-RateLimit-Reset", "2"}}), Millis(2'000));
  EXPECT_EQ(reset(429, {}), std::nullopt);
}

TEST(RateLimitReset, TakesTheLargestWhereNobodyKnowsWhichIsExhausted) {
  EXPECT_EQ(
      reset(200,
            {{"rateLimit-remaining", "0"}, {"rateLimit-reset", "12"}, {"rateLimit-reset", "60"}}),
      Millis(60'000));
}

TEST(RateLimitReset, IgnoresBrokenNumbersAndKeepsTheOthersInTheirPlace) {
  EXPECT_EQ(reset(200, {{"rateLimit-remaining", "?"},
                        {"rateLimit-remaining", "0"},
                        {"rateLimit-reset", "50"},
                        {"rateLimit-reset", "1.5"}}),
            Millis(1'500));
  for (const auto* value : {"-5", "x", "1700000000", "", "0x10", "nan"}) {
    EXPECT_EQ(reset(429, {{"rateLimit-remaining", "0"}, {"rateLimit-reset", value}}), std::nullopt)
        << value;
  }
}

}  // namespace
}  // namespace partwise::http
