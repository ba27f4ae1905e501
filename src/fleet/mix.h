// Random-looking bits as a function of what they are for, instead of a sequence.
#pragma once

#include <cstdint>
#include <string_view>

namespace partwise::fleet {

/// The finalizer of splitmix64: a bijection.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

inline constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15ULL;

constexpr std::uint64_t mixed(std::uint64_t seed, std::uint64_t x) {
  return mixed(seed ^ mixed(x + golden_ratio));
}

inline std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
  for (const char c : text) seed = mixed(seed, static_cast<unsigned char>(c));
  return seed;
}

/// In [0, 1).
constexpr double unit_interval(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace partwise::fleet
