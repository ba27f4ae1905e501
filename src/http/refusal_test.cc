#include "http/refusal.h"

#include <gtest/gtest.h>

namespace partwise::http {
namespace {

std::string words(const std::string& body) { return refusal_words({400, {}, body}); }

TEST(RefusalWords, JoinAllThatWentWrong) {
  EXPECT_EQ(words(R"({"errors":[{"title":"Bad","detail":"no"},{"id":"x"},{"code":"E7"}]})"),
            "Bad: no; E7");
}

TEST(RefusalWords, AreThoseOfOneMessageWhereThereIsNoList) {
  EXPECT_EQ(words(R"({"message":"no such\nthing"})"), "no such thing");
  EXPECT_EQ(words(R"({"errors":[],"error":"gone"})"), "gone");
  EXPECT_EQ(words(R"({"message":7,"detail":"late"})"), "late");
}

TEST(RefusalWords, AreNoneWhereNothingCanBeRead) {
  for (const auto* body : {"", "plain", "[]", "{\"errors\":", R"({"errors":{}})"}) {
    EXPECT_EQ(words(body), "") << body;
  }
}

TEST(Refusal, HintsAtTryingAgainOnlyWhereThatMayHelp) {
  EXPECT_EQ(refusal({503, {}, ""}, "asking", "").hint, "try again later");
  EXPECT_EQ(refusal({503, {}, ""}, "asking", "look there").hint, "look there");
  EXPECT_EQ(refusal({400, {}, ""}, "asking", "").hint, "");
}

}  // namespace
}  // namespace partwise::http
