#include "protocol/crc32c.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::protocol {
namespace {

std::string ascending() {
  std::string bytes;
  for (char c = 0; c < 32; ++c) bytes.push_back(c);
  return bytes;
}

// RFC 3720, appendix B.4; the last is the check value of the catalogue of CRC algorithms.
TEST(Crc32c, GivesThePublishedVectorsByBothWays) {
  struct Vector {
    std::string bytes;
    std::uint32_t crc;
  };
  const Vector vectors[] = {{std::string(32, '\0'), 0x8a9136aa},
                            {std::string(32, '\xff'), 0x62a8ab43},
                            {ascending(), 0x46dd794e},
                            {"123456789", 0xe3069283},
                            {"", 0}};
  for (const auto& [bytes, crc] : vectors) {
    EXPECT_EQ(crc32c(bytes), crc);
    EXPECT_EQ(crc32c_by_table(bytes), crc);
  }
}

TEST(Crc32c, InstructionAndTableAgreeAtEveryLengthAndAlignment) {
  Random random(1);
  std::string bytes(160, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random.next());
  for (std::size_t start = 0; start < 16; ++start) {
    for (std::size_t size = 0; start + size <= bytes.size(); ++size) {
      const auto part = std::string_view(bytes).substr(start, size);
      ASSERT_EQ(crc32c(part), crc32c_by_table(part)) << start << " " << size;
    }
  }
}

}  // namespace
}  // namespace partwise::protocol
