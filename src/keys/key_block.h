// Keys that lie behind each other in memory, as simulations and scans hand them on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace partwise::keys {

/// Keys and how many records have each. Valid as long as what it was got from says.
///
/// Hashes that look at several bytes at once may read beyond a key: `bytes` must be readable for
/// `readable_beyond` bytes behind the end of its last key. `starts` and `lengths` have one number
/// for each key; together they stay below 2^31.
struct KeyBlock {
  static constexpr std::size_t readable_beyond = 32;

  const char* bytes = nullptr;
  std::span<const std::uint32_t> starts;
  std::span<const std::uint32_t> lengths;
  std::span<const std::int64_t> records;       ///< of each key; empty: one each
  std::span<const std::uint32_t> groups = {};  ///< the kind of each key; empty: there are no kinds

  [[nodiscard]] std::size_t size() const { return starts.size(); }
  [[nodiscard]] std::string_view key(std::size_t i) const {
    return {bytes + starts[i], lengths[i]};
  }
  [[nodiscard]] std::int64_t records_of(std::size_t i) const {
    return records.empty() ? 1 : records[i];
  }
};

}  // namespace partwise::keys
