#include "kafka/record_scan.h"

#include <new>
#include <set>
#include <stdexcept>

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

}  // namespace
}  // namespace partwise::kafka
