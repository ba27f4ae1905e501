#include "protocol/crc32c.h"

#include <string>
#include <string_view>

#include <boost/crc.hpp>
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
TEST(Crc32c, GivesThePublishedVectors) {
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
  }
}

std::uint32_t by_table(std::string_view bytes) {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

TEST(Crc32c, AgreesWithATableAtEveryLengthAndAlignment) {
  Random random(1);
  std::string bytes(1'200, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random.next());
  for (std::size_t start = 0; start < 16; ++start) {
    for (std::size_t size = 0; start + size <= bytes.size(); ++size) {
      const auto part = std::string_view(bytes).substr(start, size);
      ASSERT_EQ(crc32c(part), by_table(part)) << start << " " << size;
    }
  }
}

}  // namespace
}  // namespace partwise::protocol
