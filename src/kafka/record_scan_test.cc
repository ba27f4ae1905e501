#include "kafka/record_scan.h"

#include <new>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace partwise::kafka {
namespace {

using sample::ScanRange;
using sample::TopicPartition;

/// Throws at one partition, and remembers how the others ended.
class ThrowingSink final : public sample::ScanSink {
 public:
  void take(TopicPartition, std::span<const sample::ScannedRecord>) override {}
  void finished(TopicPartition at, const std::optional<Error>& error) override {
    if (at.partition == 1) throw std::bad_alloc();
    (error ? failed : whole).insert(at.partition);
  }
  std::set<int> whole;
  std::set<int> failed;
};

// No broker is needed: empty ranges are finished at once, the others wait for one in vain.
TEST(RecordScan, WhatIsThrownInAWorkerComesOutOfTheCall) {
  ScanSettings settings;
  settings.client.properties.push_back({"bootstrap.servers", config::Secret("127.0.0.1:1"), {}});
  settings.workers = 1;
  TrafficCounters traffic;
  ThrowingSink sink;
  const std::vector<ScanRange> ranges = {
      {{0, 0}, 0, 10}, {{0, 2}, 5, 5}, {{0, 1}, 0, 0}, {{0, 3}, 0, 10}};
  EXPECT_THROW(record_scan(settings, traffic)->scan(ranges, {"orders"}, sink, {}), std::bad_alloc);
  EXPECT_EQ(sink.whole, std::set<int>{2});
  EXPECT_EQ(sink.failed, (std::set<int>{0, 3}));
}

/// What was finished, in its order.
class OrderSink final : public sample::ScanSink {
 public:
  void take(TopicPartition, std::span<const sample::ScannedRecord>) override {}
  void finished(TopicPartition at, const std::optional<Error>& error) override {
    ended.emplace_back(at.partition, error.has_value());
  }
  std::vector<std::pair<int, bool>> ended;
};

TEST(RecordScan, RangesOfAPartitionComeByTurnsAndEndWithAFailedOne) {
  ScanSettings settings;
  settings.client.properties.push_back({"bootstrap.servers", config::Secret("127.0.0.1:1"), {}});
  settings.patience = Millis{50};
  settings.workers = 1;
  TrafficCounters traffic;
  OrderSink sink;
  const std::vector<ScanRange> ranges = {{{0, 0}, 0, 0}, {{0, 1}, 0, 9}, {{0, 1}, 20, 29},
                                         {{0, 0}, 5, 5}, {{0, 0}, 7, 7}, {{0, 2}, 0, 0}};
  record_scan(settings, traffic)->scan(ranges, {"orders"}, sink, {});
  const std::vector<std::pair<int, bool>> expected = {
      {0, false}, {2, false}, {0, false}, {0, false}, {1, true}};
  EXPECT_EQ(sink.ended, expected);
}

}  // namespace
}  // namespace partwise::kafka
