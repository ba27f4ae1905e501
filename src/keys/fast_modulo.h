// Remainders of many numbers by one divisor, without dividing.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/check.h"

namespace partwise::keys {

/// `h % divisor` for every 32-bit `h`; the divisor is in 1 .. 2^31.
///
///   quotient = h * reciprocal / 2^32, where reciprocal = (2^32 - 1) / divisor, rounded down
///
/// The reciprocal is less than the true one by at most 1 (in 2^-32), so the quotient by at most
/// h / 2^32 < 1: rounded down it is the right one, or one less. The remainder is then below twice
/// the divisor.
///
/// threads: any
class FastModulo {
 public:
  explicit FastModulo(std::uint32_t divisor)
      : divisor_(divisor), reciprocal_(divisor == 0 ? 0 : 0xffffffffU / divisor) {
    CHECK(divisor > 0 && divisor <= 0x80000000U);
  }

  std::uint32_t operator()(std::uint32_t h) const {
    const auto quotient = static_cast<std::uint32_t>(std::uint64_t{h} * reciprocal_ >> 32);
    const std::uint32_t remainder = h - quotient * divisor_;
    // Below the divisor, the difference wraps to more than the remainder.
    return std::min(remainder, remainder - divisor_);
  }

 private:
  std::uint32_t divisor_;
  std::uint32_t reciprocal_;
};

}  // namespace partwise::keys
