#include "app/stretch_reading.h"

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "kafka/record_scan.h"

namespace partwise::app {
namespace {

constexpr std::size_t lanes_most = 8;

using Ranges = std::vector<sample::ScanRange>;

/// Adds up what all lanes have read.
///
/// threads: any
class ReadSoFar {
 public:
  explicit ReadSoFar(const ToldReading& told) : told_(told) {}

  void add(std::int64_t records, std::int64_t bytes) {
    const std::scoped_lock lock(mutex_);
    records_ += records;
    bytes_ += bytes;
    told_(records_, bytes_);
  }

 private:
  const ToldReading& told_;
  std::mutex mutex_;
  std::int64_t records_ = 0;
  std::int64_t bytes_ = 0;
};

/// Feeds a lane's summary, and notes what became of its partitions.
///
/// threads: one at a time
class SummarySink final : public sample::ScanSink {
 public:
  SummarySink(keys::ScanSummary& summary, std::vector<keys::ScannedStretch>& stretches,
              ReadSoFar& so_far)
      : summary_(summary), stretches_(stretches), so_far_(so_far) {}

  void take(sample::TopicPartition at, std::span<const sample::ScannedRecord> records) override {
    std::int64_t bytes = 0;
    for (const auto& record : records) {
      keys::ScannedRecord seen;
      seen.partition = at.partition;
      seen.offset = record.offset;
      seen.timestamp_ms = record.timestamp_ms;
      seen.key = record.key;
      seen.value = record.value;
      seen.header_bytes = record.bytes - seen.bytes();
      bytes += record.bytes;
      summary_.take(seen);
    }
    so_far_.add(std::ssize(records), bytes);
  }

  void finished(sample::TopicPartition at, const std::optional<Error>& error) override {
    auto& stretch = stretches_[static_cast<std::size_t>(at.partition)];
    if (error && !stretch.error) stretch.error = error;
  }

 private:
  keys::ScanSummary& summary_;
  std::vector<keys::ScannedStretch>& stretches_;
  ReadSoFar& so_far_;
};

struct Lane {
  explicit Lane(keys::ScanSummary empty) : summary(std::move(empty)) {}
  keys::ScanSummary summary;
  Ranges ranges;
  std::exception_ptr thrown;
};

using Offsets = std::map<int, std::int64_t>;

Offsets offsets_by_partition(const Ranges& ranges) {
  Offsets offsets;
  for (const auto& range : ranges) offsets[range.at.partition] += range.to - range.from;
  return offsets;
}

std::size_t lane_count(const Offsets& offsets, std::size_t memory) {
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  const auto affordable = std::max<std::size_t>(1, memory / keys::ScanSummary::memory_min);
  return std::max<std::size_t>(1, std::min({lanes_most, offsets.size(), processors, affordable}));
}

// A partition is one lane's; the largest first, to whoever has least.
std::map<int, std::size_t> lane_of_partitions(const Offsets& offsets, std::size_t lanes) {
  std::vector<std::pair<int, std::int64_t>> largest(offsets.begin(), offsets.end());
  std::stable_sort(largest.begin(), largest.end(),
                   [](const auto& x, const auto& y) { return x.second > y.second; });
  std::vector<std::int64_t> load(lanes);
  std::map<int, std::size_t> found;
  for (const auto& [partition, size] : largest) {
    const auto least = std::min_element(load.begin(), load.end());
    *least += size;
    found[partition] = static_cast<std::size_t>(least - load.begin());
  }
  return found;
}

}  // namespace

Result<keys::ScanSummary> read_stretch(const StretchReading& reading,
                                       std::vector<keys::ScannedStretch>& stretches,
                                       kafka::TrafficCounters& traffic, const ToldReading& told,
                                       const std::stop_token& stop) {
  const auto offsets = offsets_by_partition(reading.ranges);
  const auto count = lane_count(offsets, reading.memory);
  const auto partitions = std::max(1, static_cast<int>(stretches.size()));
  std::vector<Lane> lanes;
  for (std::size_t i = 0; i < count; ++i) {
    lanes.emplace_back(TRY(keys::ScanSummary::within(reading.memory / count, partitions)));
  }
  const auto lane_of = lane_of_partitions(offsets, count);
  for (const auto& range : reading.ranges) {
    lanes[lane_of.at(range.at.partition)].ranges.push_back(range);
  }

  kafka::ScanSettings settings;
  settings.client = reading.client;
  settings.workers = 1;
  settings.patience = reading.client.timeout;
  ReadSoFar so_far(told);
  const auto read = [&](Lane& lane) {
    try {
      const auto port = kafka::record_scan(settings, traffic);
      SummarySink sink(lane.summary, stretches, so_far);
      port->scan(lane.ranges, {reading.topic}, sink, stop);
    } catch (...) {
      lane.thrown = std::current_exception();
    }
  };
  std::vector<std::jthread> threads;
  for (auto& lane : lanes) threads.emplace_back(read, std::ref(lane));
  threads.clear();  // joins
  for (const auto& lane : lanes) {
    if (lane.thrown) std::rethrow_exception(lane.thrown);
  }
  for (std::size_t i = 1; i < lanes.size(); ++i) lanes[0].summary.merge(lanes[i].summary);
  return std::move(lanes[0].summary);
}

}  // namespace partwise::app
