// Distinct keys: against the numbers of keys that were added, and the error that the paper states.
#include "keys/hyper_log_log.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

struct Moments {
  double mean = 0;  // of the relative errors
  double sd = 0;
};

Moments moments_of(const std::vector<double>& errors) {
  Moments moments;
  const auto n = static_cast<double>(errors.size());
  for (const double e : errors) moments.mean += e / n;
  for (const double e : errors) moments.sd += (e - moments.mean) * (e - moments.mean) / (n - 1);
  moments.sd = std::sqrt(moments.sd);
  return moments;
}

// The mean is within four of its standard errors; the SD of N estimates is sure to about
// 1 / sqrt(2 N).
void expect_honest(const std::vector<double>& errors, double stated) {
  const auto moments = moments_of(errors);
  const auto n = static_cast<double>(errors.size());
  EXPECT_NEAR(moments.mean, 0, 4 * stated / std::sqrt(n));
  EXPECT_LT(moments.sd, stated * (1 + 4 / std::sqrt(2 * n)));
}

// What a sketch of so many random hashes holds: a register is at most r with the chance
// exp(-n / (m 2^r)), where keys fall on registers as Poisson variables.
HyperLogLog thrown(int precision, double keys, Random& random) {
  const auto m = std::size_t{1} << precision;
  std::string bytes = {1, 1, static_cast<char>(precision), 0};
  for (std::size_t i = 0; i < m; ++i) {
    const double rank =
        std::ceil(std::log2(keys / static_cast<double>(m) / -std::log(1 - random.uniform())));
    bytes += static_cast<char>(std::clamp(rank, 0.0, 65.0 - precision));
  }
  return HyperLogLog::from_bytes(bytes).value();
}

TEST(HyperLogLog, CountsFewKeysExactly) {
  HyperLogLog sketch;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1024; ++i) sketch.add(key_hash(std::to_string(i)));
  }
  EXPECT_TRUE(sketch.distinct().exact());
  EXPECT_EQ(sketch.distinct().value, 1024);
  EXPECT_EQ(sketch.standard_error(), 0);
  sketch.add(key_hash("one more"));
  EXPECT_FALSE(sketch.exact());
  EXPECT_NEAR(sketch.distinct().value, 1025, 25);
  EXPECT_EQ(HyperLogLog().distinct().value, 0);
}

TEST(HyperLogLog, IsAsExactAsStatedWithFewAndManyKeys) {
  constexpr int precision = 9;
  const std::vector<int> counts = {10, 32, 33, 100, 300, 700, 1'500, 4'000, 10'000};
  std::vector<std::vector<double>> errors(counts.size());
  Random random(9);
  for (int topic = 0; topic < 60; ++topic) {
    HyperLogLog sketch(precision);
    int keys = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      for (; keys < counts[i]; ++keys) sketch.add(random.next());
      errors[i].push_back(sketch.distinct().value / keys - 1);
    }
  }
  for (const auto& of_count : errors) expect_honest(of_count, 1.04 / std::sqrt(512));
  EXPECT_EQ(moments_of(errors[1]).sd, 0);
  EXPECT_GT(moments_of(errors.back()).sd, 0.8 * 1.04 / std::sqrt(512));
}

TEST(HyperLogLog, HasNoBiasUpToNumbersThatNoTopicHas) {
  Random random(7);
  for (const double keys : {2e2, 1e3, 2.5e3, 5e3, 1e5, 1e7, 1e12, 1e15, 5e18}) {
    std::vector<double> errors;
    for (int i = 0; i < 200; ++i) {
      // Around `keys` by the Poisson law of the throws: which adds to the spread while keys are
      // few.
      errors.push_back(thrown(9, keys, random).distinct().value / keys - 1);
    }
    expect_honest(errors, std::hypot(1.04 / std::sqrt(512), 1 / std::sqrt(keys)));
  }
}

TEST(HyperLogLog, TellsTheErrorOfThePaper) {
  // Flajolet et al.: 1.04 / sqrt(m), 0.8125 % at m = 2^14.
  Random random(3);
  EXPECT_NEAR(thrown(14, 1e6, random).standard_error(), 0.008125, 1e-6);
  int inside = 0;
  for (int i = 0; i < 400; ++i) inside += thrown(8, 1e6, random).distinct().contains(1e6) ? 1 : 0;
  EXPECT_NEAR(inside, 380, 4 * std::sqrt(400 * 0.95 * 0.05));
}

TEST(HyperLogLog, HoldsForKeysThatAreAlike) {
  HyperLogLog sketch;
  for (int i = 0; i < 200'000; ++i) sketch.add(key_hash("key-" + std::to_string(i)));
  EXPECT_NEAR(sketch.distinct().value, 200'000, 200'000 * 0.0325);
}

TEST(HyperLogLog, MergesToWhatOneWouldHaveSeen) {
  for (const int keys : {20, 400, 20'000}) {
    HyperLogLog one(12);
    HyperLogLog left(12);
    HyperLogLog right(12);
    Random random(11);
    for (int i = 0; i < keys; ++i) {
      const auto hash = random.next();
      one.add(hash);
      if (i % 3 != 0) left.add(hash);
      if (i % 3 != 1) right.add(hash);
    }
    HyperLogLog small(12);
    small.add(17);
    one.add(17);
    left.merge(right);
    small.merge(left);
    left.merge(small);
    EXPECT_EQ(small.distinct().value, one.distinct().value) << keys;
    EXPECT_EQ(left.distinct().value, one.distinct().value) << keys;
  }
}

TEST(HyperLogLog, GoesThroughBytes) {
  for (const int keys : {0, 7, 5'000}) {
    HyperLogLog sketch(10);
    for (int i = 0; i < keys; ++i) sketch.add(key_hash(std::to_string(i)));
    const auto read = HyperLogLog::from_bytes(sketch.to_bytes());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->distinct().value, sketch.distinct().value);
    EXPECT_EQ(read->exact(), sketch.exact());
    EXPECT_EQ(read->precision(), 10);
  }
}

TEST(HyperLogLog, RefusesBytesThatCannotBe) {
  HyperLogLog sketch(4);
  for (int i = 0; i < 40; ++i) sketch.add(key_hash(std::to_string(i)));
  const auto bytes = sketch.to_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(HyperLogLog::from_bytes(bytes.substr(0, length)));
  }
  EXPECT_FALSE(HyperLogLog::from_bytes(bytes + "x"));
  auto other = bytes;
  other[2] = 3;
  EXPECT_FALSE(HyperLogLog::from_bytes(other));
  other[2] = 19;
  EXPECT_FALSE(HyperLogLog::from_bytes(other));
  other = bytes;
  other.back() = 62;
  EXPECT_FALSE(HyperLogLog::from_bytes(other));
  other.back() = 61;
  EXPECT_TRUE(HyperLogLog::from_bytes(other));
}

TEST(HyperLogLog, TakesNoMoreMemoryThanItSays) {
  HyperLogLog sketch;
  EXPECT_LE(sketch.memory_bytes(), 16'384 + sizeof(HyperLogLog));
  for (int i = 0; i < 5'000; ++i) sketch.add(key_hash(std::to_string(i)));
  EXPECT_LE(sketch.memory_bytes(), 16'384 + sizeof(HyperLogLog));
}

}  // namespace
}  // namespace partwise::keys
