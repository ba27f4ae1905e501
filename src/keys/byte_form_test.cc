// Byte forms: the published bytes of varints, and what is not possible.
#include "keys/byte_form.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace partwise::keys {
namespace {

constexpr auto kind = SketchKind::size_quantiles;

std::string headed(std::string body) { return std::string("\x03\x01", 2) + std::move(body); }

TEST(ByteForm, HasTheBytesOfProtobuf) {
  // https://protobuf.dev/programming-guides/encoding: 150 is 96 01; zigzag of -2 is 3.
  ByteWriter out(kind, 1);
  out.number(150);
  out.signed_number(-2);
  EXPECT_EQ(out.taken(), headed("\x96\x01\x03"));
}

TEST(ByteForm, ReadsWhatItWrote) {
  ByteWriter out(kind, 1);
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.signed_number(std::numeric_limits<std::int64_t>::min());
  out.word(0x0123456789abcdef);
  out.text(std::string("a\0b", 3));
  const auto bytes = out.taken();
  ByteReader in(bytes, kind, 1);
  EXPECT_EQ(in.number(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(in.signed_number(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(in.word(), 0x0123456789abcdefU);
  EXPECT_EQ(in.text(), std::string("a\0b", 3));
  EXPECT_TRUE(in.finished());
}

std::string fault_of(const std::string& bytes, std::uint64_t (*read)(ByteReader&)) {
  ByteReader in(bytes, kind, 1);
  read(in);
  const auto result = in.finished();
  return result ? "" : result.error().message;
}

TEST(ByteForm, SaysWhatIsWrong) {
  const auto number = [](ByteReader& in) { return in.number(); };
  EXPECT_EQ(fault_of("", number), "the sketch of sizes from another process ends early");
  EXPECT_EQ(fault_of("\x04\x01\x01", number),
            "the sketch of sizes from another process is something else");
  EXPECT_EQ(fault_of("\x03\x07\x01", number),
            "the sketch of sizes from another process has version 7, not 1");
  EXPECT_EQ(fault_of(headed("\x96"), number),
            "the sketch of sizes from another process ends early");
  EXPECT_EQ(fault_of(headed("\x01\x01\x01"), number),
            "the sketch of sizes from another process has 2 bytes too many");
  EXPECT_EQ(fault_of(headed("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), number),
            "the sketch of sizes from another process has a number of more than 64 bits");
  EXPECT_EQ(fault_of(headed("\x05"), [](ByteReader& in) { return in.text().size(); }),
            "the sketch of sizes from another process ends early");
  EXPECT_EQ(fault_of(headed("\x05"), [](ByteReader& in) { return in.size(10); }),
            "the sketch of sizes from another process ends early");
  EXPECT_EQ(fault_of(headed("\x0b"), [](ByteReader& in) { return in.size(10); }),
            "the sketch of sizes from another process has 11 of what may be 10 at most");
  EXPECT_EQ(fault_of(headed("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
                     [](ByteReader& in) { return static_cast<std::uint64_t>(in.count()); }),
            "the sketch of sizes from another process has a count of 9223372036854775807");
}

TEST(ByteForm, ReadsZerosBehindWhatIsWrong) {
  const std::string bytes = headed("\x07");
  ByteReader in(bytes, kind, 1);
  EXPECT_EQ(in.word(), 0U);
  EXPECT_EQ(in.number(), 0U);
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(in.size(10), 0U);
  EXPECT_TRUE(in.failed());
}

}  // namespace
}  // namespace partwise::keys
