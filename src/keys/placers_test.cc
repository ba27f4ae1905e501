// Rules of placement: constants that the clients' own tests and issues have.
#include "keys/placers.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace partwise::keys {
namespace {

std::uint64_t placed(std::string_view name, std::string_view key, std::uint64_t partitions) {
  for (const auto& placer : known_placers()) {
    if (placer.name == name) return placer.value(key).value() % partitions;
  }
  ADD_FAILURE() << name;
  return 0;
}

TEST(Placers, HaveKafkajsWithItsMistakes) {
  // kafkajs, src/producer/partitioners/default/murmur2.spec.js
  const std::map<std::string, std::int32_t> theirs = {
      {"0", 272173970},        {"1", 1311020360},         {"128", 2053105854},
      {"2187", -2081355488},   {"16384", 204404061},      {"78125", -677491393},
      {"279936", -622460209},  {"823543", 651276451},     {"2097152", 944683677},
      {"4782969", -892695770}, {"10000000", -1778616326}, {"19487171", -518311627},
      {"35831808", 556972389}, {"62748517", -233806557},  {"105413504", -109398538},
      {"170859375", 102939717}};
  for (const auto& [key, hash] : theirs) EXPECT_EQ(kafkajs_legacy_hash(key), hash) << key;
  // tulios/kafkajs#357: 6 by kafkajs, 9 by Java, of 12.
  EXPECT_EQ(kafkajs_legacy_hash("100:48069"), 1713501762);
  EXPECT_EQ(placed("kafkajs_legacy", "100:48069", 12), 6U);
  EXPECT_EQ(placed("murmur2", "100:48069", 12), 9U);
  // By Node.js 18, in the same steps: nothing, and bytes above 127.
  EXPECT_EQ(kafkajs_legacy_hash(""), 275646684);
  EXPECT_EQ(kafkajs_legacy_hash("\xc3\xa4\xc3\xb6\xc3\xbc"), 99571166);
  EXPECT_EQ(kafkajs_legacy_hash("a-little-bit-long-string"), 2065008938);
}

TEST(Placers, HaveMurmur2WithAndWithoutItsMask) {
  // murmur2("foobar") = -790332482: masked 1357151166, unsigned 3504634814, absolute 790332482.
  EXPECT_EQ(placed("murmur2", "foobar", 7), 1357151166U % 7);
  EXPECT_EQ(placed("murmur2_unmasked", "foobar", 7), 3504634814U % 7);
  EXPECT_EQ(placed("murmur2_absolute", "foobar", 7), 790332482U % 7);
  EXPECT_EQ(placed("murmur2_unmasked", "foobar", 6), 2U);
}

TEST(Placers, HaveFnvInThreeWays) {
  // FNV-1a of "foobar" is 0xbf9cf968 (the authors' own test vectors), -1080231576 as signed.
  EXPECT_EQ(placed("fnv1a", "foobar", 1'000'000), 231'576U);
  EXPECT_EQ(placed("fnv1a_masked", "foobar", 1 << 30), 0x3f9cf968U);
  EXPECT_EQ(placed("fnv1a_unmasked", "foobar", 1'000'000'000), 214'735'720U);
}

TEST(Placers, HaveJavasStrings) {
  // The value that every Java program prints.
  EXPECT_EQ(java_string_hash("hello"), 99162322);
  EXPECT_EQ(java_string_hash("foobar"), -1268878963);
  EXPECT_EQ(placed("java_string", "foobar", 1'000), 963U);
}

TEST(Placers, SayNothingOfKeysThatAreNoNumbers) {
  EXPECT_EQ(placed("number", "1234567", 10), 7U);
  EXPECT_EQ(placed("number", "007", 100), 7U);
  const auto value = known_placers().back().value;
  EXPECT_FALSE(value(""));
  EXPECT_FALSE(value("12a"));
  EXPECT_FALSE(value("-1"));
  EXPECT_FALSE(value("1234567890123456789"));
}

}  // namespace
}  // namespace partwise::keys
