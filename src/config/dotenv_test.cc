#include "config/dotenv.h"

#include <gtest/gtest.h>

namespace partwise::config {
namespace {

EnvFile parsed(std::string_view text) {
  auto file = env_file_from_text(text, ".env");
  EXPECT_TRUE(file) << file.error()[0].message;
  return file ? *file : EnvFile{};
}

std::string value(std::string_view text) { return parsed(text).at("A").value; }

TEST(EnvFile, ReadsWhatPeopleWrite) {
  EXPECT_EQ(value("A=b"), "b");
  EXPECT_EQ(value("  export A = b c  "), "b c");
  EXPECT_EQ(value("A=b # why"), "b");
  EXPECT_EQ(value("A=b#c"), "b#c");
  EXPECT_EQ(value("A="), "");
  EXPECT_EQ(value("# A=x\n\nA=b\r\n"), "b");
  EXPECT_EQ(value("\xEF\xBB\xBF"
                  "A=b"),
            "b");
  EXPECT_EQ(value("A=1\nA=2"), "2");
}

TEST(EnvFile, KeepsWhatQuotesHold) {
  EXPECT_EQ(value("A=\"b # c\" # d"), "b # c");
  EXPECT_EQ(value(R"(A="say \"hi\"\n")"), "say \"hi\"\n");
  EXPECT_EQ(value(R"(A='a\nb $X')"), R"(a\nb $X)");
  EXPECT_EQ(value("A=\"one\r\ntwo\"\r\nB=c"), "one\ntwo");
}

TEST(EnvFile, KeepsJsonAsItIs) {
  EXPECT_EQ(value(R"(A=[{"k": "v", "n": "a b"}])"), R"([{"k": "v", "n": "a b"}])");
}

TEST(EnvFile, TellsTheLineOfAnEntry) {
  EXPECT_EQ(parsed("# c\n\nA=b").at("A").from, ".env line 3");
  EXPECT_EQ(parsed("B='x\ny\nz'\nA=b").at("A").from, ".env line 4");
}

TEST(EnvFile, RefusesTextBehindAClosingQuoteAndShowsNone) {
  for (const auto* text : {"B=c\nA='a'b", "B=c\nA=\"a\" b # c", "A='a\nb' s'", "B=c\nA='a'#c"}) {
    const auto file = env_file_from_text(text, ".env");
    ASSERT_FALSE(file) << text;
    ASSERT_EQ(file.error().size(), 1U) << text;
    EXPECT_EQ(file.error()[0].from, ".env line 2");
    EXPECT_NE(file.error()[0].message.find("quote of A"), std::string::npos);
  }
  EXPECT_EQ(value("A='b'"), "b");
  EXPECT_EQ(value("A='b'  "), "b");
  EXPECT_EQ(value("A='b'\t# c"), "b");
}

TEST(EnvFile, NamesEveryBadLineAndShowsNoValue) {
  const auto file = env_file_from_text("A=b\nsecret without equals\nC=\"open\nmore", ".env");
  ASSERT_FALSE(file);
  ASSERT_EQ(file.error().size(), 2U);
  EXPECT_EQ(file.error()[0].from, ".env line 2");
  EXPECT_EQ(file.error()[0].message.find("secret"), std::string::npos);
  EXPECT_EQ(file.error()[1].from, ".env line 3");
  EXPECT_EQ(file.error()[1].message, "the value of C has an unclosed double quote");
}

}  // namespace
}  // namespace partwise::config
