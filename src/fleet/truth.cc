#include "fleet/truth.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/check.h"

namespace partwise::fleet {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The observed windows as recommend cuts them, and N at their boundaries.
struct Windows {
  Instant start;
  Millis width;
  std::vector<double> totals;
  [[nodiscard]] std::int64_t count() const { return std::ssize(totals) - 1; }
  [[nodiscard]] double records(std::int64_t j) const {
    return totals[index(j + 1)] - totals[index(j)];
  }
};

Windows windows_of(const VirtualTopic& topic, const TruthSettings& settings) {
  const Millis length = std::min(settings.length, topic.spec().retention.value_or(Millis::max()));
  const auto count = std::max<std::int64_t>(1, length / settings.width);
  const Instant end = settings.now - settings.now.time_since_epoch() % settings.width;
  Windows windows{end - count * settings.width, settings.width, {}};
  windows.totals.reserve(index(count) + 1);
  DemandWalk walk(topic.demand());
  for (std::int64_t j = 0; j <= count; ++j) {
    windows.totals.push_back(walk.total(windows.start + j * settings.width));
  }
  return windows;
}

/// Limits of the bytes that a window can have, by its share of the topic's demand.
class WindowBounds {
 public:
  explicit WindowBounds(const VirtualTopic& topic)
      : partitions_(topic.partitions()), largest_(static_cast<double>(topic.sizes().largest())) {
    const auto& sizes = topic.sizes();
    double most_above = 0;
    for (int level = 0; level < sizes.levels(); ++level) {
      mean_ = std::max(mean_, static_cast<double>(sizes.block_bytes(level)) / block_records);
      most_above = std::max(most_above, sizes.most_above_mean(level));
    }
    above_mean_ = 2 * partitions_ * most_above;
  }

  [[nodiscard]] double most_bytes(double demand) const {
    // A thousandth of a record for rounding.
    const double records = demand + partitions_ + 0.001;
    return records * std::min(largest_, mean_ + above_mean_ / records);
  }

 private:
  double partitions_;
  double largest_;
  double mean_ = 0;
  double above_mean_ = 0;
};

/// Offsets and bytes of all partitions at window boundaries.
class Ledger {
 public:
  Ledger(const VirtualTopic& topic, const Windows& windows, const SizePrefixes& prefixes,
         const std::vector<PartitionTruth>& log)
      : topic_(&topic), windows_(&windows), log_(&log) {
    sizes_.reserve(log.size());
    for (int p = 0; p < topic.partitions(); ++p) sizes_.emplace_back(topic.sizes_of(p), prefixes);
    at_.resize(log.size());
    counts_.resize(log.size());
  }

  /// The offset of `partition` at boundary `j`, no less than where the log begins.
  [[nodiscard]] std::int64_t offset(std::size_t partition, std::int64_t j) const {
    return std::max((*log_)[partition].start_offset,
                    topic_->count_for(static_cast<int>(partition), windows_->totals[index(j)]));
  }

  [[nodiscard]] std::int64_t bytes_before(std::size_t partition, std::int64_t offset) {
    return sizes_[partition].bytes_before(offset);
  }

  /// Of window `j`, all partitions; cheapest in ascending order.
  [[nodiscard]] std::int64_t bytes(std::int64_t j) {
    go_to(j);
    const auto before = sum_;
    go_to(j + 1);
    return sum_ - before;
  }

  [[nodiscard]] PeakTruth window(std::int64_t j) {
    PeakTruth peak;
    peak.start = windows_->start + j * windows_->width;
    for (std::size_t p = 0; p < sizes_.size(); ++p) {
      const auto first = offset(p, j);
      const auto end = offset(p, j + 1);
      peak.records_by_partition.push_back(end - first);
      peak.bytes_by_partition.push_back(bytes_before(p, end) - bytes_before(p, first));
      peak.records += peak.records_by_partition.back();
      peak.bytes += peak.bytes_by_partition.back();
    }
    return peak;
  }

 private:
  struct Standing {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
  };

  void go_to(std::int64_t j) {
    if (j == boundary_) return;
    boundary_ = j;
    topic_->counts_for(windows_->totals[index(j)], counts_);
    for (std::size_t p = 0; p < at_.size(); ++p) {
      const auto there = std::max((*log_)[p].start_offset, counts_[p]);
      if (there == at_[p].offset) continue;
      const auto bytes = bytes_before(p, there);
      sum_ += bytes - at_[p].bytes;
      at_[p] = {there, bytes};
    }
  }

  const VirtualTopic* topic_;
  const Windows* windows_;
  const std::vector<PartitionTruth>* log_;
  std::vector<SizeWalk> sizes_;
  std::vector<Standing> at_;  // at the boundary
  std::vector<std::int64_t> counts_;
  std::int64_t boundary_ = -1;
  std::int64_t sum_ = 0;  // of the bytes before it
};

std::int64_t busiest(Ledger& ledger, const Windows& windows, const WindowBounds& bounds) {
  std::int64_t best = 0;
  for (std::int64_t j = 1; j < windows.count(); ++j) {
    if (windows.records(j) > windows.records(best)) best = j;
  }
  std::int64_t most = ledger.bytes(best);
  for (std::int64_t j = 0; j < windows.count(); ++j) {
    if (bounds.most_bytes(windows.records(j)) < static_cast<double>(most)) continue;
    const auto bytes = ledger.bytes(j);
    if (bytes < most || (bytes == most && j >= best)) continue;
    best = j;
    most = bytes;
  }
  return best;
}

std::vector<PartitionTruth> log_of(const VirtualTopic& topic, Instant now,
                                   const SizePrefixes& prefixes) {
  std::vector<PartitionTruth> log;
  for (int p = 0; p < topic.partitions(); ++p) {
    PartitionTruth partition{topic.start_offset(p, now), topic.end_offset(p, now), 0};
    SizeWalk sizes(topic.sizes_of(p), prefixes);
    partition.bytes =
        sizes.bytes_before(partition.end_offset) - sizes.bytes_before(partition.start_offset);
    log.push_back(partition);
  }
  return log;
}

// Time before the first record of a topic that has no older ones is not the topic's.
std::int64_t covered_windows(const Ledger& ledger, const Windows& windows,
                             const std::vector<PartitionTruth>& log) {
  const auto held_at = [&](std::int64_t j) {
    for (std::size_t p = 0; p < log.size(); ++p) {
      if (ledger.offset(p, j) > log[p].start_offset) return true;
    }
    return false;
  };
  std::int64_t none = 0;
  std::int64_t some = windows.count();
  if (held_at(0)) return windows.count();
  // The first boundary behind a record.
  while (some - none > 1) {
    const auto middle = none + (some - none) / 2;
    (held_at(middle) ? some : none) = middle;
  }
  return windows.count() - none;
}

std::vector<KeyTruth> heaviest_keys(const VirtualTopic& topic, int count) {
  std::vector<KeyTruth> heaviest;
  if (topic.keys() == nullptr) return heaviest;
  const auto& shares = topic.keys()->shares();
  for (const auto key : shares.heaviest(count)) {
    heaviest.push_back({shares.text(key), shares.share(key), topic.keys()->partition_of(key)});
  }
  return heaviest;
}

SizingTruth sizing_of(const TopicTruth& topic, const TruthSettings& settings) {
  const auto& sizing = settings.sizing;
  const bool by_ratio = sizing.model == sizing::Model::ratio && topic.mean.value > 0;
  const auto rule =
      by_ratio ? sizing::PartitionRule(sizing, topic.mean) : sizing::PartitionRule(sizing);
  const double bytes = topic.peak ? static_cast<double>(topic.peak->bytes) : 0;
  const BytesPerSecond peak{bytes / seconds(settings.width)};
  return {rule.partitions(peak), rule.required(peak), rule.divisor()};
}

}  // namespace

const SizePrefixes& Truth::prefixes_of(const VirtualTopic& topic) {
  constexpr std::size_t kept = 12;
  const auto found = prefixes_.find(topic.size_table());
  if (found != prefixes_.end()) return found->second;
  if (prefixes_.size() >= kept) prefixes_.clear();
  return prefixes_.try_emplace(topic.size_table(), topic.sizes()).first->second;
}

TopicTruth Truth::of(const VirtualTopic& topic) {
  CHECK(settings_.width > Millis{0});
  const auto& prefixes = prefixes_of(topic);
  const auto windows = windows_of(topic, settings_);
  TopicTruth truth;
  truth.log = log_of(topic, settings_.now, prefixes);
  truth.window_start = windows.start;
  truth.windows = windows.count();
  Ledger ledger(topic, windows, prefixes, truth.log);
  for (std::size_t p = 0; p < truth.log.size(); ++p) {
    const auto first = ledger.offset(p, 0);
    const auto end = ledger.offset(p, windows.count());
    truth.records_in_window += end - first;
    truth.bytes_in_window += ledger.bytes_before(p, end) - ledger.bytes_before(p, first);
  }
  if (truth.records_in_window > 0) {
    const auto covered = covered_windows(ledger, windows, truth.log);
    truth.mean = {static_cast<double>(truth.bytes_in_window) / seconds(covered * settings_.width)};
    truth.peak = ledger.window(busiest(ledger, windows, WindowBounds(topic)));
  }
  truth.heaviest_keys = heaviest_keys(topic, settings_.heaviest_keys);
  truth.sizing = sizing_of(truth, settings_);
  return truth;
}

}  // namespace partwise::fleet
