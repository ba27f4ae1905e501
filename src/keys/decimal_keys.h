// Keys that are a pattern and a number, as simulations number their tenants and users.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "keys/key_block.h"

namespace partwise::keys {

/// The keys patterns[id % n] + id in decimal, of n patterns, for the ids from `first` up to, and
/// without, `end`; all of them `times` times.
///
/// threads: one at a time
/// cost:    a few nanoseconds a key: three digits at a time come from a table, what is before them
///          is converted once in a thousand ids
class DecimalKeys {
 public:
  /// Of a block. It stays in the caches with its hashes; more were not faster.
  static constexpr std::size_t most_keys = 1024;

  /// At least one pattern, of less than 2^30 bytes; 0 <= first <= end.
  DecimalKeys(const std::vector<std::string>& patterns, std::int64_t first, std::int64_t end,
              std::int64_t times = 1);

  /// The next keys, at most most_keys; false, and `out` is as it was, when there are no more. They
  /// are valid until the next call, and as long as this.
  bool next(KeyBlock& out);

 private:
  /// Where a pattern is in texts_, and how long it is.
  struct Pattern {
    std::size_t start;
    std::uint32_t length;
  };
  void start_over();
  /// Keys whose ids have all digits but the last three in common, as far as there is room.
  void add_run();

  std::vector<Pattern> patterns_;
  std::string texts_;  // of the patterns, each filled up to whole copies
  std::int64_t first_;
  std::int64_t end_;
  std::int64_t times_left_;
  std::int64_t id_ = 0;      // of the next key
  std::size_t pattern_ = 0;  // of the next key
  std::vector<char> bytes_;
  std::uint32_t length_ = 0;  // of the keys in bytes_ together
  std::size_t size_ = 0;      // keys in bytes_
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> lengths_;
};

}  // namespace partwise::keys
