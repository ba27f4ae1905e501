// Remainders against the processor's division.
#include "keys/fast_modulo.h"

#include <cstdint>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

void expect_remainder(std::uint32_t h, std::uint32_t divisor) {
  ASSERT_EQ(FastModulo(divisor)(h), h % divisor) << h << " % " << divisor;
}

// At the ends of the range, and around the multiples next to them and next to its middle.
void expect_remainders(std::uint32_t divisor) {
  const std::uint32_t most = 0xffffffff;
  for (const std::uint32_t h : {0U, 1U, 0x7fffffffU, 0x80000000U, most, most - 1}) {
    expect_remainder(h, divisor);
  }
  for (const std::uint32_t near : {divisor, 0x7fffffffU, 0x80000000U + divisor / 2, most}) {
    const std::uint32_t multiple = near / divisor * divisor;
    for (const std::uint32_t h : {multiple - 1, multiple, multiple + 1}) {
      expect_remainder(h, divisor);
    }
  }
}

TEST(FastModulo, IsExactForEachNumberOfPartitions) {
  Random random(1);
  for (std::uint32_t divisor = 1; divisor <= 10'000; ++divisor) {
    expect_remainders(divisor);
    for (int i = 0; i < 20; ++i) {
      expect_remainder(static_cast<std::uint32_t>(random.next()), divisor);
    }
  }
}

TEST(FastModulo, IsExactForLargeDivisors) {
  for (const std::uint32_t divisor : {65'535U, 65'536U, 65'537U, 0x7fffffffU, 0x80000000U}) {
    expect_remainders(divisor);
  }
}

}  // namespace
}  // namespace partwise::keys
