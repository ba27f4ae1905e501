#include "keys/eight_lanes.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "keys/hash.h"

namespace partwise::keys {

#ifdef __x86_64__
namespace {

constexpr std::size_t lanes = 8;
constexpr std::uint32_t chunk = 16;  // bytes of a key that are loaded at once

using Words [[gnu::vector_size(32)]] = std::uint32_t;
using SignedWords [[gnu::vector_size(32)]] = std::int32_t;
using HalfWords [[gnu::vector_size(16)]] = std::uint32_t;

/// Four words of each of eight keys: `at[w]` has word w of all.
struct Chunk {
  Words at[4];
};

// The key `lane` in the lower half, the one four further on in the upper one.
[[gnu::target("avx2")]] inline Words key_pair(const char* bytes, const std::uint32_t* offsets) {
  HalfWords low;
  HalfWords high;
  std::memcpy(&low, bytes + offsets[0], sizeof low);
  std::memcpy(&high, bytes + offsets[4], sizeof high);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

// Loads and transposes: on AMD's processors faster than four gathers.
[[gnu::target("avx2")]] inline Chunk chunk_at(const char* bytes, const std::uint32_t* offsets) {
  const Words a = key_pair(bytes, offsets);
  const Words b = key_pair(bytes, offsets + 1);
  const Words c = key_pair(bytes, offsets + 2);
  const Words d = key_pair(bytes, offsets + 3);
  const Words ab_low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
  const Words ab_high = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  const Words cd_low = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
  const Words cd_high = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
  return {{__builtin_shufflevector(ab_low, cd_low, 0, 1, 8, 9, 4, 5, 12, 13),
           __builtin_shufflevector(ab_low, cd_low, 2, 3, 10, 11, 6, 7, 14, 15),
           __builtin_shufflevector(ab_high, cd_high, 0, 1, 8, 9, 4, 5, 12, 13),
           __builtin_shufflevector(ab_high, cd_high, 2, 3, 10, 11, 6, 7, 14, 15)}};
}

/// The hashes of eight keys while their words go in, shorter keys standing still.
struct Murmur2 {
  Words lengths;
  Words hashes;
  Words tails;  // the last word of each, where it is not whole
};

[[gnu::target("avx2")]] inline void mix_in(Murmur2& state, const Words& words,
                                           std::uint32_t index) {
  constexpr auto m = murmur2_multiplier;
  // Lengths are below 2^31; there is no unsigned comparison.
  const auto whole = reinterpret_cast<SignedWords>(state.lengths >> 2);
  const auto here = static_cast<std::int32_t>(index);
  Words k = words * m;
  k ^= k >> 24;
  state.hashes = whole > here ? state.hashes * m ^ k * m : state.hashes;
  state.tails = whole == here ? words : state.tails;
}

[[gnu::target("avx2")]] inline Words finished(const Murmur2& state) {
  constexpr auto m = murmur2_multiplier;
  const Words rest = state.lengths & 3;
  const Words tails = state.tails & (((Words{} + 1) << rest * 8) - 1);
  Words h = rest == 0 ? state.hashes : (state.hashes ^ tails) * m;
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return h & 0x7fffffff;
}

[[gnu::target("avx2")]] inline Words eight_hashes(const char* bytes, const std::uint32_t* starts,
                                                  const std::uint32_t* lengths) {
  Murmur2 state{};
  std::memcpy(&state.lengths, lengths, sizeof state.lengths);
  state.hashes = state.lengths ^ murmur2_seed;
  const auto longest = *std::max_element(lengths, lengths + lanes);
  for (std::uint32_t at = 0; at < longest; at += chunk) {
    // Of a key that has ended, what is behind it is loaded: at most a chunk.
    std::array<std::uint32_t, lanes> offsets{};
    for (std::size_t i = 0; i < lanes; ++i) offsets[i] = starts[i] + std::min(at, lengths[i]);
    const Chunk words = chunk_at(bytes, offsets.data());
    for (std::uint32_t w = 0; w < 4; ++w) mix_in(state, words.at[w], at / 4 + w);
  }
  return finished(state);
}

}  // namespace

bool has_eight_lanes(Processor processor) {
  return processor == Processor::best && __builtin_cpu_supports("avx2");
}

[[gnu::target("avx2")]] std::size_t murmur2_by_eights(const KeyBlock& block,
                                                      std::span<std::uint32_t> out) {
  static_assert(chunk <= KeyBlock::readable_beyond);
  const std::size_t whole = block.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    const Words hashes =
        eight_hashes(block.bytes, block.starts.data() + i, block.lengths.data() + i);
    std::memcpy(out.data() + i, &hashes, sizeof hashes);
  }
  return whole;
}

[[gnu::target("avx2")]] void remainders_by_eights(std::span<const std::uint32_t> hashes,
                                                  FastModulo modulo, std::span<std::uint32_t> out) {
  const auto* from = hashes.data();
  auto* to = out.data();
  for (std::size_t i = 0; i < hashes.size(); ++i) to[i] = modulo(from[i]);
}

#else

bool has_eight_lanes(Processor) { return false; }
std::size_t murmur2_by_eights(const KeyBlock&, std::span<std::uint32_t>) {
  CHECK(false);
  return 0;
}
void remainders_by_eights(std::span<const std::uint32_t>, FastModulo, std::span<std::uint32_t>) {
  CHECK(false);
}

#endif

}  // namespace partwise::keys
