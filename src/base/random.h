// Chance comes in through a seeded Random, so that a run can be repeated.
#pragma once

#include <cstdint>

#include "base/check.h"

namespace partwise {

/// xoshiro256**, seeded through splitmix64.
///
/// source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", 2021
class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      word = z ^ (z >> 31);
    }
  }

  std::uint64_t next() {
    const std::uint64_t result = rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotl(state_[3], 45);
    return result;
  }

  /// In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  /// In [0, n), n > 0. Without the bias of a remainder.
  std::int64_t below(std::int64_t n) {
    CHECK(n > 0);
    const auto range = static_cast<std::uint64_t>(n);
    const std::uint64_t unbiased_from = (0 - range) % range;
    std::uint64_t x = next();
    while (x < unbiased_from) x = next();
    return static_cast<std::int64_t>(x % range);
  }

 private:
  static constexpr std::uint64_t rotl(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::uint64_t state_[4] = {};
};

}  // namespace partwise
