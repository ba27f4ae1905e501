// Counts against the plain loop.
#include "keys/partition_counts.h"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

using Hashes = std::vector<std::uint32_t>;
using Counts = std::vector<std::int64_t>;

constexpr Processor processors[] = {Processor::best, Processor::any};

Hashes random_hashes(std::size_t size) {
  Random random(size + 1);
  Hashes hashes(size);
  for (auto& hash : hashes) hash = static_cast<std::uint32_t>(random.next());
  return hashes;
}

Counts random_records(std::size_t size) {
  Random random(size + 2);
  Counts records(size);
  for (auto& n : records) n = random.below(std::int64_t{1} << 40);
  return records;
}

Counts plainly_counted(const Hashes& hashes, const Counts& records, int partitions) {
  Counts counts(static_cast<std::size_t>(partitions));
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    counts[hashes[i] % counts.size()] += records.empty() ? 1 : records[i];
  }
  return counts;
}

void expect_plain_counts(const Hashes& hashes, const Counts& records, int partitions) {
  for (const auto processor : processors) {
    Counts counts(static_cast<std::size_t>(partitions));
    add_counts(hashes, records, partitions, counts, processor);
    ASSERT_EQ(counts, plainly_counted(hashes, records, partitions))
        << hashes.size() << " hashes on " << partitions;
  }
}

TEST(PartitionCounts, AreThoseOfThePlainLoopForEachNumberOfPartitions) {
  const auto hashes = random_hashes(1'333);
  const auto records = random_records(hashes.size());
  for (int partitions = 1; partitions <= 10'000; partitions += partitions < 300 ? 1 : 97) {
    expect_plain_counts(hashes, {}, partitions);
    expect_plain_counts(hashes, records, partitions);
  }
  expect_plain_counts(hashes, records, 10'000);
}

TEST(PartitionCounts, AreThoseOfThePlainLoopForEachNumberOfHashes) {
  for (const std::size_t size : {0, 1, 7, 8, 9, 1'023, 1'024, 1'025, 5'000}) {
    const auto hashes = random_hashes(size);
    for (const int partitions : {1, 3, 64, 65}) {
      expect_plain_counts(hashes, {}, partitions);
      expect_plain_counts(hashes, random_records(size), partitions);
    }
  }
}

TEST(PartitionCounts, OfHashesThatAreAllTheSameAreOnOnePartition) {
  for (const std::uint32_t hash : {0U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    const Hashes hashes(3'000, hash);
    for (const int partitions : {1, 2, 12, 65, 10'000}) {
      expect_plain_counts(hashes, {}, partitions);
    }
  }
}

TEST(PartitionCounts, AreAddedToWhatIsThere) {
  for (const int partitions : {2, 200}) {
    Counts counts(static_cast<std::size_t>(partitions), 100);
    add_counts(Hashes{1, 1, 0}, Counts{5, 6, 7}, partitions, counts);
    EXPECT_EQ(counts[0], 107);
    EXPECT_EQ(counts[1], 111);
  }
}

TEST(PartitionCounts, OfManyNumbersAreThoseOfEach) {
  const auto hashes = random_hashes(10'007);
  std::vector<int> numbers(140);
  std::iota(numbers.begin(), numbers.end(), 1);
  numbers.push_back(10'000);
  numbers.push_back(6);
  for (const auto& records : {Counts{}, random_records(hashes.size())}) {
    for (const auto processor : processors) {
      const auto counts = counts_of_each(hashes, records, numbers, processor);
      ASSERT_EQ(counts.size(), numbers.size());
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        ASSERT_EQ(counts[i], plainly_counted(hashes, records, numbers[i])) << numbers[i];
      }
    }
  }
  EXPECT_TRUE(counts_of_each(hashes, {}, {}).empty());
}

}  // namespace
}  // namespace partwise::keys
