// Which values can be JSON objects, and that both draws have them.
#include "keys/json_draw.h"

#include <string>

#include <gtest/gtest.h>

#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

using namespace std::string_view_literals;

TEST(JsonPart, IsWhatBeginsWithABraceBehindWhiteSpace) {
  EXPECT_EQ(json_part("{}"), "{}");
  EXPECT_EQ(json_part(" \r\n\t{\"a\": 1} "), "{\"a\": 1} ");
  EXPECT_FALSE(json_part(""));
  EXPECT_FALSE(json_part("  "));
  EXPECT_FALSE(json_part("[{}]"));
  EXPECT_FALSE(json_part("x{}"));
}

TEST(JsonPart, IsBehindTheFrameOfASchemaRegistry) {
  EXPECT_EQ(json_part("\0\0\0\1\2{\"a\": 1}"sv), "{\"a\": 1}");
  EXPECT_FALSE(json_part("\0\0\0\1\2"sv));
  EXPECT_FALSE(json_part("\0\0\0\1{}"sv));
  EXPECT_FALSE(json_part("\0{\"a\""sv));
  EXPECT_FALSE(json_part("\1\0\0\1\2{}"sv));  // another framing
}

TEST(JsonDraw, HasRecordsWithoutAKeyInOneDrawAlone) {
  JsonDraw draw(JsonDraw::memory_min);
  draw.add(0, 0, "k", key_hash("k"), "\0\0\0\1\2{\"a\": 1}"sv);
  draw.add(0, 1, std::nullopt, std::nullopt, "{}");
  draw.add(0, 2, "k", key_hash("k"), "7");
  ASSERT_EQ(draw.records().records().size(), 2U);
  EXPECT_EQ(draw.records().records()[0].value, "{\"a\": 1}");
  EXPECT_EQ(draw.records().left_out(), 1);
  EXPECT_EQ(draw.of_same_keys().records().size(), 1U);
  EXPECT_EQ(draw.of_same_keys().left_out(), 1);
}

}  // namespace
}  // namespace partwise::keys
