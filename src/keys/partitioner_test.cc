// Placement by hash: Java's and librdkafka's own answers.
#include "keys/partitioner.h"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "keys/hash.h"

namespace partwise::keys {
namespace {

TEST(Murmur2, AgreesWithJava) {
  // Results of org.apache.kafka.common.utils.Utils.murmur2.
  EXPECT_EQ(java_murmur2("21"), -973932308);
  EXPECT_EQ(java_murmur2("foobar"), -790332482);
  EXPECT_EQ(java_murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(java_murmur2("abc"), 479470107);
}

TEST(Crc32, AgreesWithThePublishedCheckValue) {
  EXPECT_EQ(crc32("123456789"), 0xcbf43926U);
  EXPECT_EQ(crc32(""), 0U);
}

TEST(Fnv1a, AgreesWithThePublishedVectors) {
  // http://www.isthe.com/chongo/src/fnv/test_fnv.c
  EXPECT_EQ(fnv1a(""), 0x811c9dc5U);
  EXPECT_EQ(fnv1a("a"), 0xe40c292cU);
  EXPECT_EQ(fnv1a("foobar"), 0xbf9cf968U);
}

constexpr std::array<int, 6> counts = {1, 6, 7, 10, 12, 100};
using Placed = std::array<int, 6>;

struct Vector {
  std::string_view key;
  Placed murmur2;
  Placed crc32;
  Placed fnv1a;
};

// What librdkafka 2.8.0 answers: rd_kafka_msg_partitioner_murmur2, _consistent and _fnv1a, for the
// partition counts above. Keys of every length modulo four, hashes of either sign, bytes above 127.
constexpr std::array<Vector, 17> librdkafka = {{
    {"", {0, 3, 2, 1, 9, 81}, {0, 0, 0, 0, 0, 0}, {0, 3, 2, 5, 3, 35}},
    {"a", {0, 4, 5, 4, 4, 24}, {0, 3, 4, 7, 3, 7}, {0, 0, 6, 6, 0, 76}},
    {"ab", {0, 2, 0, 4, 2, 34}, {0, 5, 5, 5, 5, 85}, {0, 0, 2, 6, 6, 46}},
    {"abc", {0, 3, 4, 7, 3, 7}, {0, 0, 5, 8, 6, 78}, {0, 5, 5, 1, 11, 31}},
    {"abcd", {0, 2, 5, 0, 8, 0}, {0, 1, 4, 9, 1, 69}, {0, 3, 1, 3, 3, 63}},
    {"abcde", {0, 1, 4, 1, 1, 41}, {0, 3, 3, 5, 9, 85}, {0, 0, 2, 6, 0, 36}},
    {"21", {0, 0, 3, 0, 0, 40}, {0, 4, 6, 2, 4, 32}, {0, 0, 3, 2, 0, 52}},
    {"foobar", {0, 0, 0, 6, 6, 66}, {0, 5, 6, 9, 5, 69}, {0, 0, 4, 6, 0, 76}},
    {"a-little-bit-long-string", {0, 2, 1, 2, 8, 12}, {0, 0, 3, 4, 6, 54}, {0, 4, 1, 4, 4, 4}},
    {"123456789", {0, 0, 1, 6, 6, 66}, {0, 2, 5, 2, 2, 62}, {0, 0, 3, 0, 0, 40}},
    {"key-000000", {0, 0, 0, 6, 6, 66}, {0, 4, 5, 0, 4, 20}, {0, 3, 6, 9, 3, 59}},
    {"key-000001", {0, 5, 3, 7, 5, 97}, {0, 2, 2, 2, 2, 62}, {0, 4, 1, 0, 4, 40}},
    {"key-000123", {0, 1, 4, 1, 7, 51}, {0, 3, 6, 1, 3, 71}, {0, 5, 2, 1, 5, 1}},
    {"key-9999999", {0, 0, 3, 2, 0, 32}, {0, 2, 0, 8, 8, 48}, {0, 0, 1, 0, 0, 0}},
    {"tenant-1", {0, 1, 2, 1, 7, 31}, {0, 1, 5, 9, 7, 79}, {0, 5, 5, 1, 11, 11}},
    {"\xff\xfe\x80\x01\x02", {0, 2, 4, 6, 8, 16}, {0, 2, 3, 0, 8, 0}, {0, 1, 0, 5, 1, 45}},
    {"user \xc3\xbc", {0, 1, 6, 5, 7, 35}, {0, 3, 2, 3, 9, 13}, {0, 5, 0, 5, 5, 45}},
}};

TEST(Partitioner, PlacesKeysWhereLibrdkafkaDoes) {
  for (const auto& [key, murmur2, crc, fnv] : librdkafka) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      EXPECT_EQ(partition_of(Partitioner::murmur2, key, counts[i]), murmur2[i]) << key;
      EXPECT_EQ(partition_of(Partitioner::crc32, key, counts[i]), crc[i]) << key;
      EXPECT_EQ(partition_of(Partitioner::fnv1a, key, counts[i]), fnv[i]) << key;
    }
  }
}

TEST(Partitioner, SpreadsAThousandKeysAsLibrdkafkaDoes) {
  // The thousand keys key-000000 to key-000999 on 7 partitions, by librdkafka 2.8.0.
  const auto spread = [](Partitioner partitioner) {
    std::vector<int> keys(7);
    for (int i = 0; i < 1000; ++i) {
      const auto p = partition_of(partitioner, fmt::format("key-{:06}", i), 7);
      ++keys[static_cast<std::size_t>(p)];
    }
    return keys;
  };
  EXPECT_EQ(spread(Partitioner::murmur2), (std::vector{155, 125, 160, 140, 147, 133, 140}));
  EXPECT_EQ(spread(Partitioner::crc32), (std::vector{139, 127, 138, 153, 144, 151, 148}));
  EXPECT_EQ(spread(Partitioner::fnv1a), (std::vector{141, 141, 138, 144, 145, 148, 143}));
}

TEST(Partitioner, IsReadFromItsOwnName) {
  for (const auto p : {Partitioner::murmur2, Partitioner::crc32, Partitioner::fnv1a}) {
    EXPECT_EQ(partitioner_from_text(name_of(p)), p);
  }
  EXPECT_EQ(partitioner_from_text("md5"), std::nullopt);
}

}  // namespace
}  // namespace partwise::keys
