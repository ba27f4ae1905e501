#include "base/units.h"

#include <array>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/lines.h"
#include "base/random.h"
#include "base/text.h"
#include "base/utf8.h"

namespace partwise {
namespace {

TEST(Units, TellDecimalFromBinaryPrefixes) {
  EXPECT_DOUBLE_EQ(rate_from_text("25MB/s")->value, 25e6);
  EXPECT_DOUBLE_EQ(rate_from_text("10 MiB/s")->value, 10 * 1048576.0);
  EXPECT_DOUBLE_EQ(rate_from_text("10485760")->value, 10485760);
  EXPECT_DOUBLE_EQ(rate_from_text("1.5kB")->value, 1500);
  EXPECT_EQ(*bytes_from_text("4MB"), 4'000'000);
  EXPECT_EQ(*bytes_from_text("4MiB"), 4'194'304);
  EXPECT_EQ(*duration_from_text("5min"), Millis(300'000));
  EXPECT_EQ(*duration_from_text("2.5"), Millis(2'500));
}

TEST(Units, RefuseWhatTheyDoNotKnow) {
  for (const auto* text : {"", "x", "10 parsecs", "-1MB", "nan", "1e999", "10MB/h"}) {
    EXPECT_FALSE(rate_from_text(text)) << text;
  }
  EXPECT_FALSE(bytes_from_text("25MB/s"));
  EXPECT_FALSE(duration_from_text("5 parsecs"));
}

TEST(Units, ShowThreeDigitsWithABinaryPrefix) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "0.98 KiB");
  EXPECT_EQ(bytes_text(2150), "2.10 KiB");
  EXPECT_EQ(bytes_text(31.0 * 1048576), "31.0 MiB");
  EXPECT_EQ(bytes_text(355.2 * 1048576), "355 MiB");
  EXPECT_EQ(rate_text({10 * 1048576.0}), "10.0 MiB/s");
}

TEST(Units, ShowASmallShareAsMoreThanNone) {
  EXPECT_EQ(percent_text(0.714), "71");
  EXPECT_EQ(percent_text(0.714, 1), "71.4");
  EXPECT_EQ(percent_text(0.0042), "0.42");
  EXPECT_EQ(percent_text(0.0042, 1), "0.42");
  EXPECT_EQ(percent_text(0, 1), "0.0");
}

TEST(Interval, AProductIsAsRoughAsBothTogether) {
  const auto by_ten = product({2, 1, 3}, Interval::exactly(10));
  EXPECT_DOUBLE_EQ(by_ten.value, 20);
  EXPECT_DOUBLE_EQ(by_ten.low, 10);
  EXPECT_DOUBLE_EQ(by_ten.high, 30);
  // 30 % and 40 % below are 50 % together, 5 % and 12 % above 13 %.
  const auto both = product({1, 0.7, 1.05}, {100, 60, 112});
  EXPECT_DOUBLE_EQ(both.low, 50);
  EXPECT_DOUBLE_EQ(both.high, 113);
  EXPECT_EQ(product({1, 0.2, 2}, {1, 0.2, 2}).low, 0);
  EXPECT_EQ(product({0, 0, 1}, {1, 1, 1}).high, 0);
}

TEST(Units, GroupThousands) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(41'208), "41,208");
  EXPECT_EQ(count_text(-1'234'567), "-1,234,567");
  EXPECT_EQ(counted_text(1, "topic"), "1 topic");
  EXPECT_EQ(counted_text(1'000, "topic"), "1,000 topics");
}

TEST(Clock, WritesTimesAndDurations) {
  // 2026-03-04 05:06:07 UTC is 1772600767 s after 1970.
  EXPECT_EQ(utc_text(Instant{Millis{1'772'600'767'999}}), "2026-03-04T05:06:07Z");
  EXPECT_EQ(duration_text(Millis{0}), "0 s");
  EXPECT_EQ(duration_text(std::chrono::hours(156)), "6 d 12 h");
  EXPECT_EQ(duration_text(std::chrono::minutes(1441)), "1 d");
}

TEST(Text, FindsTheNearestWord) {
  const std::array<std::string, 3> flags = {"--sampling-days", "--sampling-batch-size", "--out"};
  EXPECT_EQ(nearest("--samplng-days", flags), "--sampling-days");
  EXPECT_EQ(nearest("--smapling-dyas", flags), "--sampling-days");
  EXPECT_EQ(nearest("--completely-else", flags), std::nullopt);
}

TEST(Text, SplitsLists) {
  EXPECT_EQ(listed(" a, b ,,c "), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(listed("").empty());
}

TEST(Lines, EndWithOrWithoutACarriageReturnAndAtTheEnd) {
  std::string_view text = "a\r\n\nb\rc\nlast";
  for (const auto* line : {"a", "", "b\rc", "last"}) EXPECT_EQ(next_line(text), line);
  EXPECT_TRUE(text.empty());
}

// Vectors of RFC 3629, section 7 and of its limits.
TEST(Utf8, HasOneToFourBytes) {
  std::string text;
  for (const char32_t point : {0x41U, 0x7FFU, 0x2262U, 0x233B4U, 0x10FFFFU}) {
    append_utf8(text, point);
  }
  EXPECT_EQ(text, "A\xDF\xBF\xE2\x89\xA2\xF0\xA3\x8E\xB4\xF4\x8F\xBF\xBF");
}

// What may follow what: RFC 3629, section 4.
TEST(Utf8, ShowsBytesThatAreNoCharacters) {
  const std::string good =
      "A\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
  EXPECT_EQ(as_utf8(good), good);
  EXPECT_EQ(as_utf8(std::string_view("\0", 1)), std::string_view("\0", 1));
  EXPECT_EQ(as_utf8("a\xFF"
                    "b"),
            "a\\xffb");
  EXPECT_EQ(as_utf8("\xC0\x80"), "\\xc0\\x80");  // longer than it must be
  EXPECT_EQ(as_utf8("\xE0\x9F\xBF"), "\\xe0\\x9f\\xbf");
  EXPECT_EQ(as_utf8("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(as_utf8("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above 10FFFF
  EXPECT_EQ(as_utf8("\xE2\x82"), "\\xe2\\x82");                    // cut
  EXPECT_EQ(as_utf8("\xC3\xA9\xC3"), "\xC3\xA9\\xc3");
}

TEST(Quotable, IsOneLineOfCharactersThatMoveNothing) {
  EXPECT_EQ(quotable(" a\n\x1b[31mb\t\x7F"
                     "c "),
            "a  [31mb  c");
  EXPECT_EQ(quotable("\xFE"), "\\xfe");
  EXPECT_EQ(quotable("x\xE2\x80\xAEy\xE2\x81\xA6z"), "xyz");
  const auto cut = quotable(std::string(299, 'x') + "\xC3\xA9");
  EXPECT_EQ(cut, std::string(299, 'x') + "...");
}

TEST(Random, RepeatsItselfAndIsUniform) {
  Random a(7);
  Random b(7);
  std::array<int, 10> counts{};
  double sum = 0;
  double squares = 0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) {
    ASSERT_EQ(a.next(), b.next());
    ++counts[static_cast<std::size_t>(a.below(10))];
    const double u = a.uniform();
    sum += u;
    squares += u * u;
    b = a;
  }
  for (const int count : counts) EXPECT_NEAR(count, n / 10, 400);  // 4 standard deviations
  EXPECT_NEAR(sum / n, 0.5, 0.004);
  EXPECT_NEAR(squares / n, 1.0 / 3, 0.004);
}

// Seconds since 1970 by `date -u -d ... +%s`.
TEST(InstantFromText, ReadsTimesOfUtc) {
  const auto ms = [](std::string_view text) {
    return instant_from_text(text)->time_since_epoch().count();
  };
  EXPECT_EQ(ms("1970-01-01"), 0);
  EXPECT_EQ(ms("2026-03-04T05:06:07Z"), 1'772'600'767'000);
  EXPECT_EQ(ms("2024-02-29 23:59:59.25Z"), 1'709'251'199'250);
}

TEST(InstantFromText, RefusesWhatIsNoTimeOfUtc) {
  for (const auto* text :
       {"", "now", "2026-13-01", "2026-02-29", "2026-03-04T05:06:07", "2026-03-04T24:00:00Z",
        "2026-03-04T05:06:07+01:00", "1969-12-31", "2026-03-04T05:06:07Zz", "-026-03-04"}) {
    EXPECT_FALSE(instant_from_text(text)) << text;
  }
}

}  // namespace
}  // namespace partwise
