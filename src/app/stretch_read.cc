#include "app/stretch_read.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "app/topic_stretch.h"
#include "base/units.h"
#include "kafka/record_scan.h"

namespace partwise::app {
namespace {

using std::chrono::steady_clock;

/// Feeds the summary, and notes what became of each partition.
///
/// threads: any
class SummarySink final : public sample::ScanSink {
 public:
  SummarySink(keys::ScanSummary& summary, std::vector<keys::ScannedStretch>& stretches,
              std::function<void(std::int64_t records, std::int64_t bytes)> tell)
      : summary_(summary), stretches_(stretches), tell_(std::move(tell)) {}

  void take(sample::TopicPartition at, std::span<const sample::ScannedRecord> records) override {
    const std::scoped_lock lock(mutex_);
    for (const auto& record : records) {
      keys::ScannedRecord seen;
      seen.partition = at.partition;
      seen.timestamp_ms = record.timestamp_ms;
      seen.key = record.key;
      if (record.value) seen.value_bytes = std::ssize(*record.value);
      seen.header_bytes =
          record.bytes - seen.value_bytes.value_or(0) - (record.key ? std::ssize(*record.key) : 0);
      bytes_ += record.bytes;
      summary_.take(seen);
    }
    records_ += std::ssize(records);
    tell_(records_, bytes_);
  }

  void finished(sample::TopicPartition at, const std::optional<Error>& error) override {
    const std::scoped_lock lock(mutex_);
    auto& stretch = stretches_[static_cast<std::size_t>(at.partition)];
    if (error && !stretch.error) stretch.error = error;
  }

 private:
  keys::ScanSummary& summary_;
  std::vector<keys::ScannedStretch>& stretches_;
  std::function<void(std::int64_t, std::int64_t)> tell_;
  std::mutex mutex_;
  std::int64_t records_ = 0;
  std::int64_t bytes_ = 0;
};

std::int64_t offsets_of(const StretchRead& what) {
  std::int64_t sum = 0;
  for (const auto& range : what.ranges) sum += range.to - range.from;
  return static_cast<std::int64_t>(static_cast<double>(sum) * what.fraction);
}

}  // namespace

double read_stretch(const StretchRead& what, const kafka::ClientSettings& settings,
                    keys::ScanSummary& summary, std::vector<keys::ScannedStretch>& stretches,
                    const std::stop_token& stop) {
  const auto start = steady_clock::now();
  const auto wanted = offsets_of(what);
  SummarySink sink(summary, stretches, [&](std::int64_t records, std::int64_t bytes) {
    what.tell(fmt::format("read {} of about {}, {}", count_text(records),
                          counted_text(wanted, "record"), bytes_text(static_cast<double>(bytes))));
  });
  kafka::ScanSettings scan;
  scan.client = settings;
  scan.workers = 1;  // one that hands over is enough: librdkafka's threads decompress
  scan.patience = settings.timeout;
  kafka::TrafficCounters traffic;
  const auto port = kafka::record_scan(scan, traffic);
  const auto rounds = what.fraction < 1 ? random_rounds(what.ranges, what.fraction, what.seed)
                                        : std::vector<std::vector<sample::ScanRange>>{what.ranges};
  for (const auto& ranges : rounds) {
    if (stop.stop_requested()) break;
    port->scan(ranges, {what.topic}, sink, stop);
  }
  return seconds(steady_clock::now() - start);
}

}  // namespace partwise::app
