// A whole scan: against what the test knows of the records it made.
#include "keys/scan_summary.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
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
  static const std::string values(1 << 20, 'v');
  return {partition, 0, at_ms, key, std::string_view(values).substr(0, value), 0};
}

/// An order of a customer, who is the key.
struct Order {
  explicit Order(int i)
      : key("customer-" + std::to_string(i % 5'000)),
        value(fmt::format(R"( {{"order": {}, "tenant": "t{}", "to": {{"city": {}}}}})", i, i % 3,
                          i % 70)),
        record{i % 5, i / 5, 1'000, key, value, 0} {}
  Order(const Order&) = delete;
  Order& operator=(const Order&) = delete;
  std::string key;
  std::string value;
  ScannedRecord record;
};

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
  summary.take({0, 7, 5'000, "ab", "0123456789", 3});
  summary.take({0, 8, 4'000, std::nullopt, "01234567890123456789", 0});
  summary.take({2, 0, -1, "", std::nullopt, 1});
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
      const Order order(i);
      auto record = record_of(i % 5, key, random.below(1 << 20), std::int64_t{50'000} * i);
      record.offset = i;
      if (i % 4 != 0) record.value = order.value;
      summary.take(record);
      if (i % 500 == 0) most = std::max(most, summary.memory_bytes());
    }
    EXPECT_LE(most, given + 5 * sizeof(PartitionTally));
    EXPECT_GT(most, given / 3);
    // Full, both of them.
    EXPECT_LT(summary.values().records().fraction(), 1);
    EXPECT_LT(summary.values().of_same_keys().fraction(), 1);
    EXPECT_GT(summary.values().memory_bytes(), given / 10);
  }
}

ScanSummary with_keys(int keys, std::size_t bytes) {
  auto summary = summary_of(1, bytes);
  for (int i = 0; i < keys; ++i) summary.take(record_of(0, "user/" + std::to_string(i)));
  return summary;
}

TEST(ScanSummary, CountsKeysWhereItKeepsAll) {
  const auto all = with_keys(3'000, memory).distinct();
  EXPECT_TRUE(all.exact());
  EXPECT_EQ(all.value, 3'000);
}

TEST(ScanSummary, FindsNoMoreKeysThanRecords) {
  const auto part = with_keys(60'000, ScanSummary::memory_min).distinct();
  EXPECT_FALSE(part.exact());
  EXPECT_NEAR(part.value, 60'000, 3'000);
  EXPECT_EQ(part.high, 60'000);
}

TEST(ScanSummary, KeepsMoreKeysInMoreMemoryThanIsUsual) {
  EXPECT_FALSE(with_keys(60'000, std::size_t{256} << 20).knows_all_keys());
  EXPECT_TRUE(with_keys(60'000, std::size_t{512} << 20).knows_all_keys());
}

void expect_same_draw(const ValueSample& some, const ValueSample& other) {
  const auto sorted = [](const ValueSample& sample) {
    std::vector<std::string> texts;
    for (const auto& record : sample.records()) {
      texts.push_back(fmt::format("{} {}", record.key.value_or("none"), record.value));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  EXPECT_EQ(some.fraction(), other.fraction());
  EXPECT_EQ(sorted(some), sorted(other));
}

TEST(ScanSummary, DrawsTheSameValuesHoweverProcessesShareTheScan) {
  auto all = summary_of(5);
  std::vector<ScanSummary> parts(2, all);
  for (int i = 0; i < 30'000; ++i) {
    const Order order(i);
    all.take(order.record);
    parts[static_cast<std::size_t>(i % 5 % 2)].take(order.record);
  }
  const auto read = ScanSummary::from_bytes(parts[1].to_bytes(), memory);
  ASSERT_TRUE(read);
  parts[0].merge(*read);
  ASSERT_LT(all.values().records().fraction(), 1);
  ASSERT_LT(all.values().of_same_keys().fraction(), 1);
  EXPECT_GT(all.values().records().records().size(), 1'000U);
  expect_same_draw(all.values().records(), parts[0].values().records());
  expect_same_draw(all.values().of_same_keys(), parts[0].values().of_same_keys());
}

TEST(ScanSummary, DrawsNoTombstonesAndWhatIsNoJson) {
  auto summary = summary_of(2);
  summary.take({0, 0, 1'000, "a", R"({"x": 1})", 0});
  summary.take({0, 1, 1'000, "a", std::nullopt, 0});
  summary.take({1, 0, 1'000, std::nullopt, "x=1", 0});
  summary.take({1, 1, 1'000, std::nullopt, R"({"x": 2})", 0});
  EXPECT_EQ(summary.values().records().records().size(), 2U);
  EXPECT_EQ(summary.values().records().left_out(), 1);
  EXPECT_EQ(summary.values().of_same_keys().records().size(), 1U);
  EXPECT_EQ(summary.values().of_same_keys().left_out(), 0);
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
  for (int i = 0; i < 3; ++i) summary.take(Order(i).record);
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
