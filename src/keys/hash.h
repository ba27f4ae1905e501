// The hashes by which Kafka's clients place keys on partitions.
#pragma once

#include <cstdint>
#include <string_view>

namespace partwise::keys {

inline constexpr std::uint32_t murmur2_multiplier = 0x5bd1e995;
inline constexpr std::uint32_t murmur2_seed = 0x9747b28c;

/// MurmurHash2, 32 bits, as Kafka's Java client has it: seed 0x9747b28c, little endian, signed.
std::int32_t java_murmur2(std::string_view key);

/// CRC-32 with zlib's polynomial, as librdkafka's "consistent" partitioners use it.
std::uint32_t crc32(std::string_view key);

/// FNV-1a, 32 bits.
std::uint32_t fnv1a(std::string_view key);

/// MurmurHash3, x86, 32 bits, seed 0.
///
/// source: https://github.com/aappleby/smhasher, MurmurHash3_x86_32
std::uint32_t murmur3(std::string_view key);

}  // namespace partwise::keys
