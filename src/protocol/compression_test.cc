#include "protocol/compression.h"

#include <array>
#include <charconv>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::protocol {
namespace {

constexpr std::array packed = {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};
constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    int value = 0;
    const auto pair = hex.substr(0, 2);
    std::from_chars(pair.begin(), pair.end(), value, 16);
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

std::string text_of(const Result<std::string>& result) {
  return result ? *result : "error: " + result.error().message;
}

/// Compressible, but not only runs.
std::string sample(std::size_t size) {
  Random random(size + 1);
  std::string bytes;
  while (bytes.size() < size) bytes += "value " + std::to_string(random.below(1000)) + ";";
  bytes.resize(size);
  return bytes;
}

TEST(Compression, ReadsWhatOtherProgramsWrote) {
  struct Vector {
    const char* by;
    Codec codec;
    const char* hex;
  };
  const Vector vectors[] = {
      {"Python's gzip.compress", Codec::gzip,
       "1f8b08000000000002032b482c2a29cf2c4e5548ce2fcd2b295628c0cf0700884a3c332f000000"},
      {"Python's zlib.compress", Codec::gzip,
       "789c2b482c2a29cf2c4e5548ce2fcd2b295628c0cf0700c25612c2"},
      {"two members by Python's gzip.compress", Codec::gzip,
       "1f8b08000000000002032b482c2a29cf2c4e5548ce2fcd2b29560000549150f510000000"
       "1f8b08000000000002032b482c2a29cf2c4e5548ce2fcd2b29562840e503008d6eb0f91f000000"},
      {"lz4 1.9.4", Codec::lz4,
       "04224d186440a71b000000ff01706172747769736520636f756e747320100007506f756e747300000000"
       "8f3ecb9d"},
      {"lz4 -BD --no-frame-crc", Codec::lz4,
       "04224d186040821b000000ff01706172747769736520636f756e747320100007506f756e747300000000"},
      {"zstd 1.5.4 of a pipe: without the content's size", Codec::zstd,
       "28b52ffd0458b5000080706172747769736520636f756e7473200100a6994b82e5117b"},
      {"two frames by zstd, the second without a checksum", Codec::zstd,
       "28b52ffd0458810000706172747769736520636f756e747320abad08ef"
       "28b52ffd0058b5000080706172747769736520636f756e7473200100a69b4b"},
  };
  for (const auto& [by, codec, hex] : vectors) {
    EXPECT_EQ(text_of(decompressed(codec, from_hex(hex), 1000)),
              "partwise counts partwise counts partwise counts")
        << by;
  }
}

// By hand from snappy's format_description.txt: length 9, three literals, a copy of 6 from 3 back.
TEST(Compression, ReadsSnappyBothRawAndInXerialsFraming) {
  const std::string block = from_hex("0908") + "abc" + from_hex("0903");
  const std::string head = from_hex("82534e41505059000000000100000001");
  const std::string framed = from_hex("00000007") + block;
  EXPECT_EQ(text_of(decompressed(Codec::snappy, block, 9)), "abcabcabc");
  EXPECT_EQ(text_of(decompressed(Codec::snappy, head + framed + framed, 18)), "abcabcabcabcabcabc");
  EXPECT_EQ(decompressed(Codec::snappy, head + framed + framed, 17).error().kind, ErrorKind::limit);
  EXPECT_EQ(decompressed(Codec::snappy, head + from_hex("00000008") + block, 99).error().kind,
            ErrorKind::corrupt);
  EXPECT_EQ(decompressed(Codec::snappy, head + from_hex("ffffffff") + block, 99).error().kind,
            ErrorKind::corrupt);
}

TEST(Compression, GivesBackWhatWasCompressed) {
  for (const auto codec : packed) {
    for (const std::size_t size : {0, 1, 100, 65'535, 65'536, 65'537, 1'000'000}) {
      const auto bytes = sample(size);
      const auto small = compressed(codec, bytes);
      ASSERT_TRUE(small);
      EXPECT_TRUE(decompressed(codec, *small, size) == bytes) << name_of(codec) << " " << size;
      EXPECT_LT(small->size(), size * 3 / 4 + 100) << name_of(codec);
    }
  }
}

TEST(Compression, StopsAtTheLimit) {
  const std::string bomb(16 << 20, '\0');
  for (const auto codec : packed) {
    const auto small = *compressed(codec, bomb);
    EXPECT_LT(small.size(), bomb.size() / 20);
    for (const std::size_t limit : {std::size_t{0}, std::size_t{1} << 20, bomb.size() - 1}) {
      const auto result = decompressed(codec, small, limit);
      ASSERT_FALSE(result) << name_of(codec);
      EXPECT_EQ(result.error().kind, ErrorKind::limit) << name_of(codec);
    }
    EXPECT_TRUE(decompressed(codec, small, bomb.size()) == bomb) << name_of(codec);
  }
}

// By its message: that it is told by the length alone, before memory is taken for it.
TEST(Compression, RefusesSnappyThatClaimsMoreThanItsBytesCanHold) {
  const std::string liar = from_hex("ffffffff0708") + "abc";  // 2 GiB - 1
  EXPECT_EQ(text_of(decompressed(Codec::snappy, liar, no_limit)),
            "error: snappy data are damaged: a block's length is wrong");
}

// Java's client refuses blocks that depend on each other. After the frame's magic: version 1,
// independent blocks, no checksums; then blocks of 64 KiB.
TEST(Compression, WritesLz4AsJavaReadsIt) {
  EXPECT_EQ(compressed(Codec::lz4, sample(1'000'000))->substr(0, 6), from_hex("04224d186040"));
}

TEST(Compression, RefusesWhatEndsEarlyAtEveryLength) {
  for (const auto codec : packed) {
    const auto small = *compressed(codec, sample(300));
    for (std::size_t size = 0; size < small.size(); ++size) {
      const auto result = decompressed(codec, small.substr(0, size), 1000);
      ASSERT_FALSE(result) << name_of(codec) << " " << size;
      EXPECT_EQ(result.error().kind, ErrorKind::corrupt) << name_of(codec) << " " << size;
    }
  }
}

TEST(Compression, SurvivesEveryFlippedBit) {
  for (const auto codec : packed) {
    const auto small = *compressed(codec, sample(300));
    for (std::size_t bit = 0; bit < 8 * small.size(); ++bit) {
      auto flipped = small;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const auto result = decompressed(codec, flipped, 1000);
      EXPECT_LE(result.value_or("").size(), 1000U);
    }
  }
}

TEST(Codec, IsKnownByNumberAndByName) {
  EXPECT_EQ(name_of(Codec::lz4), "lz4");
  EXPECT_EQ(codec_named("zstd"), Codec::zstd);
  EXPECT_EQ(codec_named("none"), Codec::none);
  EXPECT_EQ(codec_named("ZSTD"), std::nullopt);
  EXPECT_EQ(codec_numbered(2), Codec::snappy);
  EXPECT_EQ(codec_numbered(5), std::nullopt);
  EXPECT_EQ(codec_numbered(-1), std::nullopt);
}

}  // namespace
}  // namespace partwise::protocol
