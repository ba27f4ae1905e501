#include "kafka/foreign_text.h"

#include <gtest/gtest.h>

namespace partwise::kafka {
namespace {

TEST(ShownForeign, LeavesNothingThatATerminalOrALogWouldTakeForMore) {
  EXPECT_EQ(shown_foreign("a\r\n\tb \x1b[2J\x7f\xff"), "a b ?[2J??");
}

TEST(ShownForeign, EndsLongTexts) {
  EXPECT_EQ(shown_foreign(std::string(300, 'x')), std::string(300, 'x'));
  EXPECT_EQ(shown_foreign(std::string(301, 'x')), std::string(300, 'x') + "...");
}

}  // namespace
}  // namespace partwise::kafka
