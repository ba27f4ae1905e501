#include "app/scan.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/one_cluster.h"
#include "app/scan_judgement.h"
#include "app/shared_scan.h"
#include "app/stretch_reading.h"
#include "app/topic_stretch.h"
#include "app/version.h"
#include "base/units.h"
#include "kafka/cluster.h"

namespace partwise::app {
namespace {

using std::chrono::steady_clock;

/// One run, of one process.
class ScanRun {
 public:
  ScanRun(const ScanOptions& options, Outside& outside, Progress& progress,
          const std::stop_token& stop)
      : options_(options), progress_(progress), stop_(stop) {
    report_.version = version;
    report_.command = "scan";
    report_.started = outside.clock().now();
    report_.rules.salt_ways = options.salt_ways;
    report_.warnings = options.warnings;
  }

  Result<> visit(const config::ClusterAccess& access, const kafka::ClientSettings& settings) {
    const auto port = TRY(kafka::open_cluster({settings, Millis{2'000}}, traffic_, stop_));
    tell("looking at the topic " + options_.topic);
    auto stretch = TRY(stretch_within(*port, options_.bounds, settings));
    cluster_ = access.id.empty() ? stretch.cluster_id : access.id;
    if (!options_.shared) return read_alone(stretch, settings);
    const auto shared = TRY(SharedScan::begin(
        options_, settings, static_cast<int>(stretch.retained.size()), report_.started,
        [this](const auto& step) { tell(step); }, stop_));
    progress_.detail(fmt::format(
        "reads {} of {}; {} prints the whole", std::ssize(shared->partitions()),
        counted_text(std::ssize(stretch.retained), "partition"), shared->collector().client));
    stretch = TRY(stretch_within(*port, shared->bounds(), settings));
    return read_shared(*shared, stretch, settings);
  }

  Result<ScanEnd> end(std::vector<std::string> keys_left) {
    if (!reported_by_.empty()) return ScanEnd{{}, reported_by_, std::move(keys_left)};
    report_.scan->keys_left = std::move(keys_left);
    judge_scan(report_, options_, [this](const auto& step) { tell(step); }, stop_);
    return ScanEnd{std::move(report_), {}, {}};
  }

 private:
  static std::vector<keys::ScannedStretch> stretches_of(const TopicStretch& stretch) {
    std::vector<keys::ScannedStretch> stretches(stretch.retained.size());
    for (const auto& range : stretch.ranges) {
      stretches[static_cast<std::size_t>(range.at.partition)] = {range.from, range.to, {}};
    }
    for (const auto& [partition, error] : stretch.failures) {
      stretches[static_cast<std::size_t>(partition)].error = error;
    }
    return stretches;
  }

  Result<TopicStretch> stretch_within(sample::ClusterPort& port, const StretchBounds& bounds,
                                      const kafka::ClientSettings& settings) {
    auto stretch = TRY(find_stretch(port, options_.topic, bounds, settings.timeout, stop_));
    if (stretch.ranges.empty() && !stretch.failures.empty())
      return tl::unexpected(stretch.failures.begin()->second);
    return stretch;
  }

  void begin_report(keys::ScanPart part, std::vector<keys::ScannedStretch> stretches) {
    report_.scan.emplace(keys::ScanReport{cluster_,
                                          options_.topic,
                                          std::move(stretches),
                                          options_.fraction,
                                          options_.show_keys,
                                          part.read_s,
                                          std::move(part.summary),
                                          {},
                                          true,
                                          0,
                                          {},
                                          {}});
  }

  Result<keys::ScanPart> read(const std::vector<sample::ScanRange>& ranges,
                              const kafka::ClientSettings& settings,
                              std::vector<keys::ScannedStretch>& stretches,
                              const std::stop_token& stop) {
    StretchReading reading;
    reading.topic = options_.topic;
    reading.memory = static_cast<std::size_t>(options_.memory);
    reading.client = settings;
    reading.ranges =
        options_.fraction < 1 ? random_part(ranges, options_.fraction, options_.seed) : ranges;
    std::int64_t offsets = 0;
    for (const auto& range : ranges) offsets += range.to - range.from;
    const auto wanted = counted_text(
        static_cast<std::int64_t>(static_cast<double>(offsets) * options_.fraction), "record");
    progress_.detail(fmt::format("reading about {} of {} of {}", wanted,
                                 counted_text(std::ssize(ranges), "partition"), options_.topic));
    const auto told = [&](std::int64_t records, std::int64_t bytes) {
      tell(fmt::format("read {} of about {}, {}", count_text(records), wanted,
                       bytes_text(static_cast<double>(bytes))));
    };
    const auto start = steady_clock::now();
    auto summary = TRY(read_stretch(reading, stretches, traffic_, told, stop));
    return keys::ScanPart{{}, seconds(steady_clock::now() - start), std::move(summary)};
  }

  Result<> read_alone(const TopicStretch& stretch, const kafka::ClientSettings& settings) {
    auto stretches = stretches_of(stretch);
    auto part = TRY(read(stretch.ranges, settings, stretches, stop_));
    begin_report(std::move(part), std::move(stretches));
    note_interruption();
    return {};
  }

  Result<> read_shared(SharedScan& shared, const TopicStretch& stretch,
                       const kafka::ClientSettings& settings) {
    const auto part = own_part(shared, stretch, settings);
    if (!part) return tl::unexpected(shared.failed(part.error()));
    if (!shared.collects()) {
      if (auto handed = shared.hand_in(*part); !handed) {
        return tl::unexpected(shared.failed(std::move(handed).error()));
      }
      reported_by_ = shared.collector().client;
      (void)shared.finish();
      return {};
    }
    auto empty = TRY(keys::ScanSummary::within(static_cast<std::size_t>(options_.memory),
                                               static_cast<int>(stretch.retained.size())));
    begin_report({{}, 0, std::move(empty)}, stretches_of(stretch));
    shared.collect(*part, *report_.scan);
    note_interruption();
    if (const auto finished = shared.finish(); !finished) {
      report_.warnings.push_back(finished.error().message +
                                 ": it is left; `partwise keys cleanup` deletes it");
    }
    return {};
  }

  Result<keys::ScanPart> own_part(const SharedScan& shared, const TopicStretch& stretch,
                                  const kafka::ClientSettings& settings) {
    const std::set<int> own(shared.partitions().begin(), shared.partitions().end());
    auto ranges = stretch.ranges;
    std::erase_if(ranges, [&](const auto& range) { return !own.contains(range.at.partition); });
    auto stretches = stretches_of(stretch);
    auto part = TRY(read(ranges, settings, stretches, shared.stop()));
    for (const auto p : own) {
      if (std::cmp_greater_equal(p, stretches.size())) continue;
      auto& each = stretches[static_cast<std::size_t>(p)];
      if (stop_.stop_requested() && !each.error && !shared.collects()) {
        each.error = {ErrorKind::interrupted, "the process that read it was interrupted", {}, {}};
      }
      part.stretches.push_back({p, std::move(each)});
    }
    return part;
  }

  void note_interruption() {
    if (!stop_.stop_requested()) return;
    auto& scan = *report_.scan;
    scan.error = {
        ErrorKind::interrupted,
        fmt::format("interrupted after {}", counted_text(scan.summary.total().records, "record")),
        {},
        {}};
  }

  void tell(const std::string& step) {
    ClusterProgress at;
    at.address = options_.topic;
    at.step = step;
    progress_.update(at);
  }

  const ScanOptions& options_;
  Progress& progress_;
  const std::stop_token& stop_;
  kafka::TrafficCounters traffic_;
  std::string cluster_;
  std::string reported_by_;  // the process that has the whole, where it is another one
  keys::KeysReport report_;
};

}  // namespace

Result<ScanEnd> scan_keys(const ScanOptions& options, const FoundClusters& found, Outside& outside,
                          Progress& progress, const std::stop_token& stop) {
  ScanRun run(options, outside, progress, stop);
  auto left = TRY(visit_only(
      found, options.where, outside, progress, stop,
      [&](const auto& access, const auto& settings) { return run.visit(access, settings); }));
  return run.end(std::move(left));
}

}  // namespace partwise::app
