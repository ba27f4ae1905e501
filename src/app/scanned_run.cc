#include "app/scanned_run.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/lookup_service.h"
#include "sample/scan_tally.h"
#include "sizing/judge.h"

namespace partwise::app {
namespace {

using sample::PartitionTally;
using sample::ScannedRecord;
using sample::ScanRange;
using sample::TopicPartition;

/// One topic's tallies until its last partition is read.
struct Scanned {
  sizing::TopicReport row;
  std::vector<std::unique_ptr<PartitionTally>> tallies;  // each touched by one thread at a time
  std::vector<std::int64_t> starts;                      // C_p(window start)
  int unread = 0;
  bool cut_short = false;
};

class ScannedRun final : public sample::ScanSink {
 public:
  ScannedRun(const Survey& survey, const RecommendOptions& options, const TopicSink& sink,
             Progress& progress)
      : survey_(survey),
        options_(options),
        sink_(sink),
        progress_(progress),
        topics_(survey.topics.size()) {}

  std::int64_t run(sample::ClusterPort& port, sample::ScanPort& scan, const std::stop_token& stop) {
    for (std::size_t i = 0; i < topics_.size(); ++i) topics_[i].row = row_of(survey_.topics[i]);
    const auto lookups = find_starts(port, stop);
    const auto ranges = plan(stop);
    std::vector<std::string> names;
    for (const auto& topic : survey_.topics) names.push_back(topic.name);
    if (!stop.stop_requested()) scan.scan(ranges, names, *this, stop);
    return lookups;
  }

  void take(TopicPartition at, std::span<const ScannedRecord> records) override {
    auto& tally = *topics_[static_cast<std::size_t>(at.topic)]
                       .tallies[static_cast<std::size_t>(at.partition)];
    for (const auto& record : records) tally.add(record);
  }

  void finished(TopicPartition at, const std::optional<Error>& error) override {
    const std::scoped_lock lock(mutex_);
    auto& topic = topics_[static_cast<std::size_t>(at.topic)];
    if (error) {
      topic.row.failures.push_back({at.partition, "read", error->kind, error->message});
      topic.cut_short = true;
    }
    if (--topic.unread == 0) finish(at.topic);
  }

 private:
  // Where each partition's window begins: one lookup each, for those that hold records.
  std::int64_t find_starts(sample::ClusterPort& port, const std::stop_token& stop) {
    const SystemClock clock;
    LookupService lookups(port, clock, options_.where.timeout, {});
    for (int i = 0; i < std::ssize(topics_); ++i) {
      const auto& topic = survey_.topics[static_cast<std::size_t>(i)];
      auto& scanned = topics_[static_cast<std::size_t>(i)];
      if (!topic.measurable) continue;
      std::vector<int> leaders;
      for (const auto& partition : topic.partitions) leaders.push_back(partition.leader);
      lookups.set_leaders(i, leaders);
      for (int p = 0; p < std::ssize(topic.ranges); ++p) {
        const auto& range = topic.ranges[static_cast<std::size_t>(p)];
        scanned.starts.push_back(range.latest);
        if (range.records() == 0) continue;
        lookups.ask({{i, p}, topic.grid.start.time_since_epoch().count()});
      }
    }
    while (!lookups.idle() && !stop.stop_requested()) {
      lookups.send();
      for (const auto& event : port.wait(lookups.patience())) {
        if (const auto* offsets = std::get_if<sample::OffsetsArrived>(&event)) {
          for (const auto& answer : lookups.take(*offsets)) note_start(answer);
        }
      }
      for (const auto& answer : lookups.take_failed()) note_start(answer);
    }
    return lookups.lookups();
  }

  void note_start(const sample::OffsetAnswer& answer) {
    auto& topic = topics_[static_cast<std::size_t>(answer.query.at.topic)];
    const auto p = static_cast<std::size_t>(answer.query.at.partition);
    if (answer.error) {
      topic.row.failures.push_back(
          {answer.query.at.partition, "lookup", answer.error->kind, answer.error->message});
      topic.cut_short = true;
    } else if (answer.found.offset) {
      topic.starts[p] = std::min(topic.starts[p], *answer.found.offset);
    }
  }

  std::vector<ScanRange> plan(const std::stop_token& stop) {
    std::vector<ScanRange> ranges;
    for (int i = 0; i < std::ssize(topics_) && !stop.stop_requested(); ++i) {
      const auto& topic = survey_.topics[static_cast<std::size_t>(i)];
      auto& scanned = topics_[static_cast<std::size_t>(i)];
      if (!topic.measurable || scanned.cut_short) {
        scanned.cut_short = true;
        finish(i);
        continue;
      }
      scanned.unread = static_cast<int>(std::ssize(topic.ranges));
      for (int p = 0; p < std::ssize(topic.ranges); ++p) {
        scanned.tallies.push_back(std::make_unique<PartitionTally>(topic.grid, survey_.now));
        ranges.push_back({{i, p},
                          scanned.starts[static_cast<std::size_t>(p)],
                          topic.ranges[static_cast<std::size_t>(p)].latest});
      }
      if (scanned.unread == 0) finish(i);
    }
    return ranges;
  }

  sizing::Demand demand_of(int i) {
    const auto& topic = survey_.topics[static_cast<std::size_t>(i)];
    auto& scanned = topics_[static_cast<std::size_t>(i)];
    if (scanned.cut_short) {
      // Part of the records is no reference: no number, but what the log holds.
      sizing::Demand unknown;
      unknown.records = scanned.row.records;
      return unknown;
    }
    bool older = false;
    std::vector<PartitionTally> tallies;
    for (std::size_t p = 0; p < scanned.tallies.size(); ++p) {
      older = older || scanned.starts[p] > topic.ranges[p].earliest;
      tallies.push_back(std::move(*scanned.tallies[p]));
    }
    scanned.tallies.clear();
    auto demand =
        sample::scanned_demand(topic.grid, topic.ranges, tallies, options_.peak_quantile, older);
    demand.lookups = std::ssize(topic.ranges);
    return demand;
  }

  void finish(int i) {
    auto demand = demand_of(i);
    auto row = std::move(topics_[static_cast<std::size_t>(i)].row);
    if (row.compacted.value_or(false)) {
      demand.warnings.emplace_back("compacted: records that were compacted away are not counted");
    }
    sizing::judge(row, demand, {options_.sizing, options_.grow_only});
    sink_(std::move(row));
    progress_.update(
        {{}, survey_.cluster_id, "reading", ++done_, static_cast<int>(topics_.size()), 0, 0});
  }

  const Survey& survey_;
  const RecommendOptions& options_;
  const TopicSink& sink_;
  Progress& progress_;
  std::vector<Scanned> topics_;
  std::mutex mutex_;
  int done_ = 0;
};

}  // namespace

std::int64_t run_scanned(sample::ClusterPort& port, sample::ScanPort& scan, const Survey& survey,
                         const RecommendOptions& options, const TopicSink& sink, Progress& progress,
                         const std::stop_token& stop) {
  return ScannedRun(survey, options, sink, progress).run(port, scan, stop);
}

}  // namespace partwise::app
