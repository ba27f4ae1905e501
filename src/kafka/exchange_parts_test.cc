#include "kafka/exchange_parts.h"

#include <string>

#include <gtest/gtest.h>

namespace partwise::kafka {
namespace {

std::optional<ExchangeMessage> put_together(PartsTaken& taken, const std::string& sender,
                                            const std::vector<ExchangePart>& parts) {
  std::optional<ExchangeMessage> whole;
  for (const auto& part : parts) {
    EXPECT_FALSE(whole);  // not before the last
    whole = taken.take(sender, part.mark, part.bytes);
  }
  return whole;
}

TEST(ExchangeParts, PutsALargeMessageTogetherAgain) {
  std::string bytes(2 * part_bytes_max + 17, 'x');
  bytes[part_bytes_max] = 'y';
  const auto parts = parts_of("part", bytes);
  EXPECT_EQ(parts.size(), 3U);
  PartsTaken taken;
  const auto whole = put_together(taken, "a", parts);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->sender, "a");
  EXPECT_EQ(whole->kind, "part");
  EXPECT_EQ(whole->bytes, bytes);
}

TEST(ExchangeParts, AnEmptyMessageIsOne) {
  PartsTaken taken;
  const auto whole = put_together(taken, "a", parts_of("end", ""));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->bytes, "");
}

TEST(ExchangeParts, KeepsSendersApart) {
  PartsTaken taken;
  EXPECT_FALSE(taken.take("a", "part:0:2", "a0"));
  EXPECT_FALSE(taken.take("b", "part:0:2", "b0"));
  EXPECT_EQ(taken.take("a", "part:1:2", "a1")->bytes, "a0a1");
  EXPECT_EQ(taken.take("b", "part:1:2", "b1")->bytes, "b0b1");
}

TEST(ExchangeParts, ABrokenMessageIsNone) {
  PartsTaken taken;
  EXPECT_FALSE(taken.take("a", "part:0:3", "a0"));
  EXPECT_FALSE(taken.take("a", "part:2:3", "a2"));
  EXPECT_FALSE(taken.take("a", "part:1:3", "a1"));
  EXPECT_FALSE(taken.take("a", "part:1:2", "a1"));
  // Sent again from its beginning it is one.
  EXPECT_FALSE(taken.take("a", "part:0:2", "A0"));
  EXPECT_EQ(taken.take("a", "part:1:2", "A1")->bytes, "A0A1");
}

TEST(ExchangeParts, StrangeMarksAreNothing) {
  PartsTaken taken;
  for (const auto* mark : {"", ":", "::", "part", "part:0", "part:0:0", "part:-1:1", "part:1:1",
                           "part:0:2001", "part:0:1x", "part:x:1", "part:0:1:1"}) {
    EXPECT_FALSE(taken.take("a", mark, "bytes")) << mark;
  }
  EXPECT_FALSE(taken.take("a", "part:0:1", std::string(part_bytes_max + 1, 'x')));
}

}  // namespace
}  // namespace partwise::kafka
