#include "protocol/bytes.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "protocol/api.h"
#include "protocol/error_code.h"

namespace partwise::protocol {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string old_style() {
  Writer writer;
  writer.int16(0x0102);
  writer.text("ab");
  writer.nullable_text(std::nullopt);
  writer.bytes("xyz");
  writer.array(1);
  writer.int64(-2);
  writer.tags();
  return std::move(writer).message().text();
}

std::string compact() {
  Writer writer(true);
  writer.text("ab");
  writer.nullable_text(std::nullopt);
  writer.bytes(std::string(200, 'x'));
  writer.null_array();
  writer.tags();
  return std::move(writer).message().text();
}

TEST(Writer, WritesTheOldEncodingBigEndian) {
  EXPECT_EQ(old_style(),
            "\x01\x02\0\x02"
            "ab\xff\xff\0\0\0\x03xyz\0\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xfe"s);
}

TEST(Writer, WritesCompactLengthsOneUpAsVarints) {
  // 201 = 0b1'1001001: 0xc9 0x01, by hand.
  EXPECT_EQ(compact(),
            "\x03"
            "ab\0\xc9\x01"s +
                std::string(200, 'x') + "\0\0"s);
}

TEST(Reader, ReadsBothEncodings) {
  const auto old = old_style();
  Reader reader(old);
  EXPECT_EQ(reader.int16(), 0x0102);
  EXPECT_EQ(reader.text(), "ab");
  EXPECT_EQ(reader.nullable_text(), std::nullopt);
  EXPECT_EQ(reader.bytes(), "xyz");
  int elements = 0;
  reader.each([&] {
    EXPECT_EQ(reader.int64(), -2);
    ++elements;
  });
  EXPECT_EQ(elements, 1);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.rest(), "");

  const auto flexible = compact();
  Reader other(flexible, true);
  EXPECT_EQ(other.text(), "ab");
  EXPECT_EQ(other.nullable_text(), std::nullopt);
  EXPECT_EQ(other.bytes().size(), 200U);
  EXPECT_EQ(other.array(), -1);
  other.tags();
  EXPECT_TRUE(other.ok());
  EXPECT_EQ(other.rest(), "");
}

TEST(Reader, StepsOverTagsThatItDoesNotKnow) {
  Reader reader("\x02\x00\x03zzz\x05\x01q!"sv, true);
  reader.tags();
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.rest(), "!");
}

TEST(Reader, NeverReadsPastTheEnd) {
  const auto whole = old_style();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Reader reader(std::string_view(whole).substr(0, size));
    reader.int16();
    reader.text();
    reader.nullable_text();
    reader.bytes();
    reader.each([&] { reader.int64(); });
    EXPECT_FALSE(reader.ok()) << size;
    EXPECT_EQ(reader.rest(), "");
  }
}

TEST(Reader, RefusesLengthsAndCountsThatCannotBe) {
  EXPECT_FALSE([] {
    Reader reader("\xff\xfe"sv);  // a text of length -2
    reader.text();
    return reader.ok();
  }());
  EXPECT_FALSE([] {
    Reader reader("\x7f\xff\xff\xff\0"sv);  // 2^31 - 1 elements in one byte
    reader.array();
    return reader.ok();
  }());
  EXPECT_FALSE([] {
    Reader reader("\xff\xff\xff\xff\xff\xff"sv, true);  // a varint without an end
    reader.unsigned_varint();
    return reader.ok();
  }());
}

TEST(Message, KeepsSlicesWhereTheyWerePut) {
  const auto owner = std::make_shared<const std::string>("one two");
  Writer writer;
  writer.int8(7);
  writer.slices({{owner, std::string_view(*owner).substr(0, 3)},
                 {owner, std::string_view(*owner).substr(4)}});
  writer.int8(8);
  const auto message = std::move(writer).message();
  EXPECT_EQ(message.text(), "\x07\0\0\0\x06onetwo\x08"s);
  EXPECT_EQ(message.size(), message.text().size());
  EXPECT_EQ(message.pieces().size(), 4U);
}

TEST(Names, AreThoseOfKafka) {
  EXPECT_EQ(name_of(ApiKey::list_offsets), "ListOffsets");
  EXPECT_EQ(api_key_from_text("listoffsets"), ApiKey::list_offsets);
  EXPECT_EQ(api_key_from_text("18"), ApiKey::api_versions);
  EXPECT_EQ(api_key_from_text("4"), std::nullopt);
  EXPECT_EQ(error_code_from_text("not_leader_or_follower"), ErrorCode::not_leader_or_follower);
  EXPECT_EQ(error_code_from_text("-1"), ErrorCode::unknown_server_error);
  EXPECT_EQ(error_code_from_text("12345"), std::nullopt);
  EXPECT_EQ(name_of(ErrorCode::invalid_topic), "INVALID_TOPIC_EXCEPTION");
}

}  // namespace
}  // namespace partwise::protocol
