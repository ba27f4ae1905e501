#include "keys/hash.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace partwise::keys {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Four bytes, little endian.
std::uint32_t block_at(std::string_view text, std::size_t i) {
  std::uint32_t block = 0;
  std::memcpy(&block, text.data() + i, sizeof block);
  return std::endian::native == std::endian::little ? block : __builtin_bswap32(block);
}

// Bytes from `i` to the end, less than four of them.
std::uint32_t tail_at(std::string_view text, std::size_t i) {
  if (i >= 4) return block_at(text, text.size() - 4) >> 8 * (4 - (text.size() - i));
  std::uint32_t tail = 0;
  for (std::size_t j = text.size(); j > i; --j) tail = tail << 8 | byte_at(text, j - 1);
  return tail;
}

constexpr std::size_t slices = 8;
using CrcTables = std::array<std::array<std::uint32_t, 256>, slices>;

// tables[s][b] is what the byte b does to the sum once s zero bytes have followed it.
constexpr CrcTables crc_tables() {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? (c >> 1) ^ 0xedb88320U : c >> 1;
    tables[0][i] = c;
  }
  for (std::size_t s = 1; s < slices; ++s) {
    for (std::size_t i = 0; i < 256; ++i) {
      const auto before = tables[s - 1][i];
      tables[s][i] = tables[0][before & 0xffU] ^ before >> 8;
    }
  }
  return tables;
}

constexpr CrcTables crc_of_byte = crc_tables();

// The word's bytes, of which the last is followed by `zeros` zero bytes.
std::uint32_t crc_of_word(std::uint32_t word, std::size_t zeros) {
  return crc_of_byte[zeros + 3][word & 0xffU] ^ crc_of_byte[zeros + 2][word >> 8 & 0xffU] ^
         crc_of_byte[zeros + 1][word >> 16 & 0xffU] ^ crc_of_byte[zeros][word >> 24];
}

}  // namespace

std::int32_t java_murmur2(std::string_view key) {
  constexpr auto m = murmur2_multiplier;
  std::uint32_t h = murmur2_seed ^ static_cast<std::uint32_t>(key.size());
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    std::uint32_t k = block_at(key, i) * m;
    k ^= k >> 24;
    h = h * m ^ k * m;
  }
  if (i < key.size()) h = (h ^ tail_at(key, i)) * m;
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return static_cast<std::int32_t>(h);
}

std::uint32_t crc32(std::string_view key) {
  std::uint32_t c = 0xffffffff;
  std::size_t i = 0;
  for (; i + slices <= key.size(); i += slices) {
    c = crc_of_word(c ^ block_at(key, i), 4) ^ crc_of_word(block_at(key, i + 4), 0);
  }
  for (; i < key.size(); ++i) c = crc_of_byte[0][(c ^ byte_at(key, i)) & 0xffU] ^ c >> 8;
  return ~c;
}

std::uint32_t fnv1a(std::string_view key) {
  std::uint32_t h = 0x811c9dc5;
  for (const char byte : key) h = (h ^ static_cast<unsigned char>(byte)) * 0x01000193U;
  return h;
}

std::uint32_t murmur3(std::string_view key) {
  constexpr std::uint32_t c1 = 0xcc9e2d51;
  constexpr std::uint32_t c2 = 0x1b873593;
  const auto mixed = [](std::uint32_t k) { return std::rotl(k * c1, 15) * c2; };
  std::uint32_t h = 0;
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    h = std::rotl(h ^ mixed(block_at(key, i)), 13) * 5 + 0xe6546b64;
  }
  if (i < key.size()) h ^= mixed(tail_at(key, i));
  h ^= static_cast<std::uint32_t>(key.size());
  h = (h ^ h >> 16) * 0x85ebca6b;
  h = (h ^ h >> 13) * 0xc2b2ae35;
  return h ^ h >> 16;
}

}  // namespace partwise::keys
