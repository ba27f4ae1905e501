// Records with values: drawn evenly, within memory.
#include "keys/value_sample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

constexpr std::size_t memory = std::size_t{1} << 19;

TEST(ValueSample, HasAllRecordsWhileThereIsRoom) {
  ValueSample sample(memory);
  sample.add(record_hash(0, 1), "k", "v");
  sample.add(record_hash(0, 2), std::nullopt, "");
  ASSERT_EQ(sample.records().size(), 2U);
  EXPECT_EQ(sample.records()[0].key, "k");
  EXPECT_EQ(sample.records()[0].value, "v");
  EXPECT_FALSE(sample.records()[1].key);
  EXPECT_EQ(sample.fraction(), 1);
}

TEST(ValueSample, DrawsRecordsOfAllPartitionsAlike) {
  ValueSample sample(memory);
  std::size_t most = 0;
  for (int i = 0; i < 40'000; ++i) {
    sample.add(record_hash(i % 4, i / 4), std::to_string(i % 4),
               std::string(static_cast<std::size_t>(i % 97), 'v'));
    most = std::max(most, sample.memory_bytes());
  }
  EXPECT_LE(most, memory);
  EXPECT_GT(most, memory / 3);
  std::map<std::string_view, int> of_partition;
  const auto records = sample.records();
  for (const auto& record : records) ++of_partition[*record.key];
  const double all = 40'000 * sample.fraction();
  EXPECT_NEAR(static_cast<double>(records.size()), all, 4 * std::sqrt(all));
  for (const auto& [partition, count] : of_partition) {
    EXPECT_NEAR(count, all / 4, 4 * std::sqrt(all / 4)) << partition;
  }
}

TEST(ValueSample, DrawsKeysWithAllTheirRecords) {
  ValueSample sample(memory);
  for (int i = 0; i < 40'000; ++i) {
    const auto key = std::to_string(i % 4'000);
    sample.add(key_hash(key), key, "some value of a record, number " + std::to_string(i));
  }
  ASSERT_LT(sample.fraction(), 1);
  std::map<std::string, int> of_key;
  for (const auto& record : sample.records()) ++of_key[std::string(*record.key)];
  EXPECT_GT(of_key.size(), 50U);
  for (const auto& [key, count] : of_key) EXPECT_EQ(count, 10) << key;
}

TEST(ValueSample, LeavesOutAndCountsWhatIsTooLong) {
  ValueSample sample(memory);
  sample.add(1, "k", std::string(64 * 1024, 'v'));
  sample.add(1, "k", std::string(64 * 1024 + 1, 'v'));
  sample.add(1, std::string(100'000, 'k'), "v");
  EXPECT_EQ(sample.records().size(), 1U);
  EXPECT_EQ(sample.left_out(), 2);
  for (std::uint64_t i = 0; i < 100; ++i) sample.add(i << 57, "k", std::string(60'000, 'v'));
  EXPECT_LE(sample.memory_bytes(), memory);
}

TEST(ValueSample, CountsWhatIsOfNoUseAsMuchAsItWouldDraw) {
  ValueSample sample(memory);
  for (int i = 0; i < 40'000; ++i) {
    const auto hash = record_hash(0, i);
    if (i % 2 == 0) {
      sample.leave_out(hash);
    } else {
      sample.add(hash, "k", std::string(100, 'v'));
    }
  }
  const auto drawn = static_cast<double>(sample.records().size());
  ASSERT_LT(sample.fraction(), 0.25);
  EXPECT_NEAR(static_cast<double>(sample.left_out()), drawn, 6 * std::sqrt(drawn));
  const auto before = sample.left_out();
  sample.leave_out(UINT64_MAX);
  EXPECT_EQ(sample.left_out(), before);
}

std::multiset<std::string> texts_of(const ValueSample& sample) {
  std::multiset<std::string> texts;
  for (const auto& record : sample.records()) texts.emplace(record.value);
  return texts;
}

TEST(ValueSample, MergesToAnEvenDraw) {
  ValueSample left(memory);
  ValueSample right(memory);
  for (int i = 0; i < 20'000; ++i) {
    (i % 5 == 0 ? left : right).add(record_hash(i % 5, i), "k", "value " + std::to_string(i));
  }
  left.merge(right);
  EXPECT_LE(left.memory_bytes(), memory);
  std::multiset<std::string> expected;
  for (int i = 0; i < 20'000; ++i) {
    const auto below = std::ldexp(left.fraction(), 64);
    if (static_cast<double>(record_hash(i % 5, i)) < below)
      expected.insert("value " + std::to_string(i));
  }
  EXPECT_EQ(texts_of(left), expected);
}

TEST(ValueSample, GoesThroughBytes) {
  ValueSample sample(memory);
  for (int i = 0; i < 20'000; ++i) {
    sample.add(record_hash(1, i), i % 2 == 0 ? std::optional<std::string_view>("k") : std::nullopt,
               std::to_string(i));
  }
  const auto bytes = sample.to_bytes();
  const auto read = ValueSample::from_bytes(bytes, memory);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_bytes(), bytes);
  EXPECT_EQ(read->fraction(), sample.fraction());
  ValueSample small(memory);
  small.add(5, "key", "value");
  const auto few = small.to_bytes();
  for (std::size_t length = 0; length < few.size(); ++length) {
    EXPECT_FALSE(ValueSample::from_bytes(few.substr(0, length), memory));
  }
  EXPECT_FALSE(ValueSample::from_bytes(few + "x", memory));
  auto other = few;
  other[2] = 62;
  EXPECT_FALSE(ValueSample::from_bytes(other, memory));
  other[2] = 61;
  EXPECT_FALSE(ValueSample::from_bytes(other, memory));
  other[2] = 60;  // 5 is below the limit of 2^4 - 1
  EXPECT_TRUE(ValueSample::from_bytes(other, memory));
  other[5] = 16;
  EXPECT_FALSE(ValueSample::from_bytes(other, memory));
}

}  // namespace
}  // namespace partwise::keys
