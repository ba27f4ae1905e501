#include "keys/numbered_order.h"

#include <algorithm>

namespace partwise::keys {
namespace {

class Walk {
 public:
  Walk(const NumberedRun& run, std::int64_t pattern_bytes, std::size_t first_group, Chunks& chunks)
      : run_(run), pattern_bytes_(pattern_bytes), first_group_(first_group), chunks_(chunks) {}

  void all() {
    one(0, 1);
    for (std::int64_t digit = 1; digit <= 9; ++digit) beginning_with(digit, 1);
  }

 private:
  // Those whose decimal text begins with that of `head`, of `digits` digits.
  void beginning_with(std::int64_t head, int digits) {
    const auto keys = below(head, digits, [](auto, auto, auto) {});
    if (keys == 0) return;
    if (keys <= chunks_.room()) {
      below(head, digits, [&](std::int64_t count, int length, std::int64_t remainder) {
        give(count, length, remainder);
      });
      return;
    }
    one(head, digits);
    for (std::int64_t digit = 0; digit <= 9; ++digit) beginning_with(10 * head + digit, digits + 1);
  }

  // How many they are; of each length and remainder, `take` gets the number.
  template <class Take>
  std::int64_t below(std::int64_t head, int digits, const Take& take) const {
    std::int64_t keys = 0;
    std::int64_t wide = 1;  // 10^t: heads with t more digits
    for (int length = digits; head * wide < run_.end; ++length, wide *= 10) {
      const auto first = std::max(run_.first, head * wide);
      const auto end = std::min(run_.end, (head + 1) * wide);
      if (first >= end) continue;
      for (const auto remainder : run_.remainders) {
        const auto count = numbers_with_remainder(first, end, run_.divisor, remainder);
        if (count == 0) continue;
        take(count, length, remainder);
        keys += count;
      }
    }
    return keys;
  }

  void one(std::int64_t number, int digits) {
    if (number < run_.first || number >= run_.end) return;
    const auto remainder = number % run_.divisor;
    const auto& wanted = run_.remainders;
    if (std::find(wanted.begin(), wanted.end(), remainder) != wanted.end()) {
      give(1, digits, remainder);
    }
  }

  void give(std::int64_t count, int length, std::int64_t remainder) {
    chunks_.add(count, 1, pattern_bytes_ + length,
                first_group_ + static_cast<std::size_t>(remainder));
  }

  const NumberedRun& run_;
  std::int64_t pattern_bytes_;
  std::size_t first_group_;
  Chunks& chunks_;
};

}  // namespace

std::int64_t numbers_with_remainder(std::int64_t first, std::int64_t end, std::int64_t divisor,
                                    std::int64_t remainder) {
  // Below n there are (n - remainder) / divisor of them, rounded up.
  const auto below = [&](std::int64_t n) {
    return n <= remainder ? 0 : (n - remainder + divisor - 1) / divisor;
  };
  return below(end) - below(first);
}

void add_in_byte_order(const NumberedRun& run, std::int64_t pattern_bytes, std::size_t first_group,
                       Chunks& chunks) {
  Walk(run, pattern_bytes, first_group, chunks).all();
}

}  // namespace partwise::keys
