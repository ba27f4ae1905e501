#include "keys/hash.h"

#include <array>
#include <bit>
#include <cstddef>

namespace partwise::keys {
namespace {

constexpr std::uint32_t murmur_multiplier = 0x5bd1e995;
constexpr std::uint32_t murmur_seed = 0x9747b28c;

std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Four bytes, little endian.
std::uint32_t block_at(std::string_view text, std::size_t i) {
  return byte_at(text, i) | byte_at(text, i + 1) << 8 | byte_at(text, i + 2) << 16 |
         byte_at(text, i + 3) << 24;
}

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? (c >> 1) ^ 0xedb88320U : c >> 1;
    table[i] = c;
  }
  return table;
}

constexpr auto crc_of_byte = crc_table();

}  // namespace

std::int32_t java_murmur2(std::string_view key) {
  std::uint32_t h = murmur_seed ^ static_cast<std::uint32_t>(key.size());
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    std::uint32_t k = block_at(key, i) * murmur_multiplier;
    k ^= k >> 24;
    h = h * murmur_multiplier ^ k * murmur_multiplier;
  }
  if (i < key.size()) {
    for (std::size_t j = i; j < key.size(); ++j) h ^= byte_at(key, j) << 8 * (j - i);
    h *= murmur_multiplier;
  }
  h ^= h >> 13;
  h *= murmur_multiplier;
  h ^= h >> 15;
  return static_cast<std::int32_t>(h);
}

std::uint32_t crc32(std::string_view key) {
  std::uint32_t c = 0xffffffff;
  for (const char byte : key) {
    c = crc_of_byte[(c ^ static_cast<unsigned char>(byte)) & 0xffU] ^ c >> 8;
  }
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
  std::uint32_t tail = 0;
  for (std::size_t j = i; j < key.size(); ++j) tail |= byte_at(key, j) << 8 * (j - i);
  if (i < key.size()) h ^= mixed(tail);
  h ^= static_cast<std::uint32_t>(key.size());
  h = (h ^ h >> 16) * 0x85ebca6b;
  h = (h ^ h >> 13) * 0xc2b2ae35;
  return h ^ h >> 16;
}

}  // namespace partwise::keys
