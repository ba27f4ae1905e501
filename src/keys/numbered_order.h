// Numbered keys in the order of their bytes, without making them.
#pragma once

#include <cstdint>
#include <vector>

#include "keys/chunks.h"

namespace partwise::keys {

/// The numbers `first` .. `end`-1 of which the remainder by `divisor` is one of `remainders`.
struct NumberedRun {
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t divisor = 1;
  std::vector<std::int64_t> remainders;
};

/// Gives the keys PATTERN + number of one pattern (of `pattern_bytes` bytes) to `chunks`, in the
/// order of their bytes: 1, 10, 100, 11, 2. The group is `first_group` + the remainder.
///
/// The numbers that begin with the same digits are given together where one chunk takes them all.
///
/// cost: a few hundred steps for each chunk that begins among them
void add_in_byte_order(const NumberedRun& run, std::int64_t pattern_bytes, std::size_t first_group,
                       Chunks& chunks);

/// How many of the numbers from `first` to `end`-1 have that remainder; 0 <= remainder < divisor.
std::int64_t numbers_with_remainder(std::int64_t first, std::int64_t end, std::int64_t divisor,
                                    std::int64_t remainder);

}  // namespace partwise::keys
