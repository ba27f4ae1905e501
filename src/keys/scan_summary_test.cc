// A whole scan: against what the test knows of the records it made.
#include "keys/scan_summary.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_hash.h"
#include "keys/partitioner.h"

namespace partwise::keys {
namespace {

constexpr std::size_t memory = std::size_t{4} << 20;

ScanSummary summary_of(int partitions, std::size_t bytes = memory) {
  return ScanSummary::within(bytes, partitions).value();
}

ScannedRecord record_of(int partition, std::optional<std::string_view> key,
                        std::int64_t value = 100, std::int64_t at_ms = 1'000) {
  return {partition, at_ms, key, value, 0};
}

/// Keys of which the first are the heaviest, by Java's partitioner; and their true counts.
struct Scanned {
  explicit Scanned(int parts) : summaries(static_cast<std::size_t>(parts), summary_of(7)) {}
  void take(int records, int keys) {
    Random random(12);
    for (int i = 0; i < records; ++i) {
      const auto rank = static_cast<int>(keys * std::pow(random.uniform(), 4));
      const auto key = "user/" + std::to_string(rank);
      const int partition = partition_of(Partitioner::murmur2, key, 7);
      const auto record = record_of(partition, key, 50 + rank % 10, 1'000'000 + 10 * i);
      // As a group's members have it: each reads some partitions.
      summaries[static_cast<std::size_t>(partition) % summaries.size()].take(record);
      truth[key] += 1;
      bytes += record.bytes();
    }
  }
  ScanSummary& merged() {
    while (summaries.size() > 1) {
      const auto read = ScanSummary::from_bytes(summaries.back().to_bytes(), memory);
      EXPECT_TRUE(read);
      summaries.pop_back();
      summaries.front().merge(*read);
    }
    return summaries.front();
  }
  std::vector<ScanSummary> summaries;
  std::map<std::string, std::int64_t> truth;
  std::int64_t bytes = 0;
};

TEST(ScanSummary, CountsWhatEachPartitionHas) {
  auto summary = summary_of(3);
  summary.take({0, 5'000, "ab", 10, 3});
  summary.take({0, 4'000, std::nullopt, 20, 0});
  summary.take({2, -1, "", std::nullopt, 1});
  const auto& partitions = summary.partitions();
  EXPECT_EQ(partitions[0].records, 2);
  EXPECT_EQ(partitions[0].bytes, 35);
  EXPECT_EQ(partitions[0].keyed_records, 1);
  EXPECT_EQ(partitions[0].keyed_bytes, 15);
  EXPECT_EQ(partitions[0].first_ms, 4'000);
  EXPECT_EQ(partitions[0].last_ms, 5'000);
  EXPECT_EQ(partitions[1].records, 0);
  EXPECT_EQ(partitions[2].tombstones, 1);
  EXPECT_EQ(partitions[2].first_ms, -1);
  EXPECT_EQ(summary.empty_keys(), 1);
  EXPECT_EQ(summary.total().records, 3);
  EXPECT_EQ(summary.total().bytes, 36);
  EXPECT_EQ(summary.distinct_keys().distinct().value, 2);
  EXPECT_EQ(summary.key_sizes().count(), 2);
  EXPECT_EQ(summary.value_sizes().count(), 2);
  EXPECT_EQ(summary.value_sizes().largest(), 20);
  EXPECT_EQ(summary.heat().without_time(), 1);
}

void expect_truth(ScanSummary& summary, const Scanned& scanned) {
  std::int64_t records = 0;
  std::vector<std::pair<std::int64_t, std::string>> heaviest;
  for (const auto& [key, count] : scanned.truth) {
    records += count;
    heaviest.emplace_back(count, key);
  }
  std::sort(heaviest.rbegin(), heaviest.rend());
  EXPECT_EQ(summary.total().records, records);
  EXPECT_EQ(summary.total().bytes, scanned.bytes);
  EXPECT_EQ(summary.heavy_by_bytes().total(), scanned.bytes);
  const auto keys = static_cast<double>(scanned.truth.size());
  EXPECT_NEAR(summary.distinct_keys().distinct().value, keys, 0.035 * keys);
  EXPECT_EQ(summary.heavy_by_records().heaviest(1)[0].key.head, heaviest[0].second);
  for (const auto& [count, key] : heaviest) {
    const auto limits = summary.heavy_by_records().limits_of(KeptKey::of(key, key_hash(key)));
    EXPECT_GE(limits.count, count);
    EXPECT_LE(limits.at_least(), count);
  }
  for (const auto& key : summary.sample().keys()) {
    EXPECT_EQ(key.records(), scanned.truth.at(key.key.head));
  }
  const auto limit = std::ldexp(summary.sample().fraction(), 64);
  const auto drawn = std::count_if(
      scanned.truth.begin(), scanned.truth.end(),
      [&](const auto& key) { return static_cast<double>(key_hash(key.first)) < limit; });
  EXPECT_EQ(std::ssize(summary.sample().keys()), drawn);
  EXPECT_GT(drawn, 500);
}

TEST(ScanSummary, HoldsForAScanOfOneProcess) {
  Scanned scanned(1);
  scanned.take(40'000, 20'000);
  expect_truth(scanned.summaries[0], scanned);
}

TEST(ScanSummary, HoldsForAScanThatProcessesShare) {
  Scanned scanned(3);
  scanned.take(40'000, 20'000);
  expect_truth(scanned.merged(), scanned);
}

TEST(ScanSummary, TracksTheHeaviestKeysOverTime) {
  auto summary = summary_of(2);
  for (int i = 0; i < 20'000; ++i) {
    // One key rises in the second half.
    const bool hot = i >= 10'000 && i % 2 == 0;
    summary.take(
        record_of(i % 2, hot ? "hot" : "k" + std::to_string(i % 500), 1, 1'000 * (i / 200)));
  }
  const auto rows = summary.heat().rows();
  const auto hot = std::find_if(rows.begin(), rows.end(),
                                [](const HeatRow& row) { return row.key.head == "hot"; });
  ASSERT_NE(hot, rows.end());
  EXPECT_GE(hot->entered_ms, 50'000);
  EXPECT_GT(hot->counted(), 0);
  EXPECT_LE(hot->counted(), 5'000);
  // What was read before it entered is missing, and the bounds say how much at most.
  const auto limits = summary.heavy_by_records().limits_of(hot->key);
  EXPECT_LE(hot->counted(), limits.count);
  EXPECT_EQ(summary.heat().totals().back() + summary.heat().totals().front(),
            2 * 200 * summary.heat().step_ms() / 1'000);
}

TEST(ScanSummary, StaysWithinTheMemoryItIsGiven) {
  for (const std::size_t given : {ScanSummary::memory_min, memory}) {
    auto summary = summary_of(5, given);
    Random random(3);
    std::size_t most = 0;
    for (int i = 0; i < 60'000; ++i) {
      const auto key = std::to_string(random.next()) +
                       std::string(static_cast<std::size_t>(random.below(400)), 'x');
      summary.take(record_of(i % 5, key, random.below(1 << 20), std::int64_t{50'000} * i));
      if (i % 500 == 0) most = std::max(most, summary.memory_bytes());
    }
    EXPECT_LE(most, given + 5 * sizeof(PartitionTally));
    EXPECT_GT(most, given / 3);
  }
}

TEST(ScanSummary, TakesPartitionsThatTheTopicGotSince) {
  auto summary = summary_of(2);
  summary.take(record_of(4, "a"));
  ASSERT_EQ(summary.partitions().size(), 5U);
  EXPECT_EQ(summary.partitions()[4].records, 1);
  auto other = summary_of(9);
  summary.merge(other);
  EXPECT_EQ(summary.partitions().size(), 9U);
}

TEST(ScanSummary, RefusesWhatIsNotPossible) {
  const auto small = ScanSummary::within(1'000'000, 3);
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().message, "977 KiB are too little memory for a scan");
  EXPECT_EQ(small.error().hint, "at least 2.00 MiB");
  EXPECT_FALSE(ScanSummary::within(memory, 0));
}

TEST(ScanSummary, RefusesBytesThatCannotBe) {
  auto summary = summary_of(2);
  for (int i = 0; i < 50; ++i) summary.take(record_of(i % 2, std::to_string(i)));
  const auto bytes = summary.to_bytes();
  const auto read = ScanSummary::from_bytes(bytes, memory);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_bytes(), bytes);
  for (std::size_t length = 0; length < bytes.size(); length += 7) {
    EXPECT_FALSE(ScanSummary::from_bytes(bytes.substr(0, length), memory));
  }
  // No byte that is wrong may end the process; some only change a count.
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto other = bytes;
    other[at] = static_cast<char>(other[at] ^ 0x55);
    const auto result = ScanSummary::from_bytes(other, memory);
    EXPECT_TRUE(result || result.error().kind == ErrorKind::corrupt);
  }
  EXPECT_FALSE(ScanSummary::from_bytes(bytes, 1'000));
}

}  // namespace
}  // namespace partwise::keys
