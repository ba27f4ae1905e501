// Placement by hash: the answers of Kafka's Java client, of zlib and of mmh3.
// Where they are from: test/golden/partitioners/README.md.
#include <array>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "keys/hash.h"
#include "keys/hash_block.h"
#include "keys/partitioner.h"

namespace partwise::keys {
namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> rows_of(const std::string& name) {
  std::ifstream file(std::string(PARTWISE_GOLDEN) + "/partitioners/" + name);
  std::vector<Fields> rows;
  for (std::string line; std::getline(file, line);) {
    Fields fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, '\t');) fields.push_back(field);
    rows.push_back(std::move(fields));
  }
  return rows;
}

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 2 <= hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

TEST(PlacementVectors, AreThoseOfTheJavaClient) {
  constexpr std::array<int, 10> counts = {1, 3, 6, 7, 10, 12, 48, 100, 997, 10'000};
  const auto rows = rows_of("java.tsv");
  ASSERT_EQ(rows.size(), 432U);
  ASSERT_EQ(rows[0].back(), "of_10000");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 2 + counts.size());
    const auto key = bytes_of(rows[i][0]);
    EXPECT_EQ(java_murmur2(key), std::stol(rows[i][1])) << rows[i][0];
    for (std::size_t c = 0; c < counts.size(); ++c) {
      EXPECT_EQ(partition_of(Partitioner::murmur2, key, counts[c]), std::stoi(rows[i][2 + c]))
          << rows[i][0] << " of " << counts[c];
    }
  }
}

TEST(PlacementVectors, AreThoseOfZlibAndMmh3) {
  const auto rows = rows_of("python.tsv");
  ASSERT_EQ(rows.size(), 432U);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 3U);
    const auto key = bytes_of(rows[i][0]);
    EXPECT_EQ(crc32(key), std::stoul(rows[i][1])) << rows[i][0];
    EXPECT_EQ(murmur3(key), std::stoul(rows[i][2])) << rows[i][0];
  }
}

TEST(PlacementVectors, OfTheJavaClientAreThoseOfABlock) {
  const auto rows = rows_of("java.tsv");
  std::string bytes;
  std::vector<std::uint32_t> starts;
  std::vector<std::uint32_t> lengths;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto key = bytes_of(rows[i][0]);
    starts.push_back(static_cast<std::uint32_t>(bytes.size()));
    lengths.push_back(static_cast<std::uint32_t>(key.size()));
    bytes += key;
  }
  bytes.append(KeyBlock::readable_beyond, '\0');
  const KeyBlock block{bytes.data(), starts, lengths, {}};
  for (const auto processor : {Processor::best, Processor::any}) {
    std::vector<std::uint32_t> hashes(block.size());
    placing_hashes(Partitioner::murmur2, block, hashes, processor);
    for (std::size_t i = 0; i < block.size(); ++i) {
      EXPECT_EQ(hashes[i] % 10'000, std::stoul(rows[i + 1].back())) << rows[i + 1][0];
    }
  }
}

}  // namespace
}  // namespace partwise::keys
