// How the records of a topic spread over its keys.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::keys {

/// none: records without a key. uniform: `count` keys, all alike. zipf: key i (from 0) of `count`
/// weighs 1 / (i + 1)^exponent. hot: those named, with their shares, and what is left spread evenly
/// over `count` others.
enum class KeyShape { none, uniform, zipf, hot };

struct HotKeyShare {
  std::string name;
  double share = 0;  ///< of the topic's records, above 0
  auto operator<=>(const HotKeyShare&) const = default;
};

struct KeySpec {
  KeyShape shape = KeyShape::none;
  std::int64_t count = 0;
  double exponent = 1;
  std::vector<HotKeyShare> hot;
  auto operator<=>(const KeySpec&) const = default;
};

inline constexpr std::int64_t keys_max = 10'000'000;
inline constexpr double zipf_exponent_max = 10;

/// The keys 0 .. size()-1 of a topic with their shares, which sum to 1.
///
/// threads: any
class KeyShares {
 public:
  /// No keys.
  KeyShares() = default;

  /// cost: one pass over the keys of a zipf distribution
  /// errors: invalid_input: counts, exponents or shares out of range, or a key named twice
  static Result<KeyShares> from(const KeySpec& spec);

  [[nodiscard]] std::int64_t size() const { return size_; }
  /// The name of a hot key, or "key-000123".
  [[nodiscard]] std::string text(std::int64_t key) const;
  [[nodiscard]] double share(std::int64_t key) const;
  /// Bytes of the longest key's text.
  [[nodiscard]] std::size_t longest() const;
  /// The `count` keys with the largest shares, largest first.
  [[nodiscard]] std::vector<std::int64_t> heaviest(int count) const;
  [[nodiscard]] const KeySpec& spec() const { return spec_; }

 private:
  KeySpec spec_;
  std::int64_t size_ = 0;
  double unit_ = 0;  // the share of a key of weight 1; of each other key where some are hot
};

}  // namespace partwise::keys
