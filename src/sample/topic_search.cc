// The second half of a TopicStudy: the busiest window, its record size, and skew.
#include <algorithm>
#include <cmath>
#include <utility>

#include "sample/topic_study.h"

namespace partwise::sample {
namespace {

using sizing::Decision;
using sizing::Model;

constexpr int quick_columns = 3;
constexpr double quick_caution = 0.9;
constexpr int readings_max = 3;

}  // namespace

int TopicStudy::covered_windows() const {
  const int n = facts_.grid.count;
  std::int64_t before = 0;
  for (const int p : columns_) before += table_.offset(p, 0) - table_.range(p).earliest;
  // Older records exist, so the topic did: an empty beginning of the window counts.
  if (before > 0) return n;
  return std::max(1, n - table_.next_full(0, n, columns_));
}

void TopicStudy::start_search() {
  SearchSettings search;
  search.budget_points = settings_.lookup_budget -
                         static_cast<double>(lookups_) / static_cast<double>(columns_.size());
  search.allowed_above = static_cast<std::int64_t>(
      std::floor((1 - settings_.peak_quantile) * covered_windows() + 1e-9));
  search.settled_partitions = settings_.settled_partitions;
  auto columns = columns_;
  double scale = 1;
  if (settings_.quick && columns.size() > quick_columns) {
    const int n = facts_.grid.count;
    std::sort(columns.begin(), columns.end(),
              [&](int x, int y) { return table_.records(x, 0, n) > table_.records(y, 0, n); });
    columns.resize(quick_columns);
    std::int64_t held = 0;
    for (const int p : columns) held += table_.records(p, 0, n);
    scale = static_cast<double>(in_window_) / static_cast<double>(std::max<std::int64_t>(1, held));
    search.caution = quick_caution;
  }
  search_.emplace(table_, std::move(columns), strata_, search, scale);
}

Round TopicStudy::search_on() {
  search_->assume(size_model(), rule_);
  Round round{search_->next_round(), {}};
  if (round.empty()) phase_ = Phase::refine;
  return round;
}

TopicStudy::Reading* TopicStudy::reading_of(int a, int b) {
  const auto found = std::find_if(readings_.begin(), readings_.end(), [&](const Reading& reading) {
    return reading.a <= a && b <= reading.b;
  });
  return found == readings_.end() ? nullptr : &*found;
}

bool TopicStudy::all_read(const Reading& reading) const {
  return reading.whole && reading.offsets >= table_.records(reading.a, reading.b);
}

Round TopicStudy::ask_reading(int a, int b, int clusters) {
  if (auto* known = reading_of(a, b); known == nullptr) {
    readings_.push_back({a, b, {}, 0, 0, 0, 0, 0, 0, false});
  } else {
    std::swap(*known, readings_.back());
  }
  auto& reading = readings_.back();
  const auto each = records_per_cluster();
  if (table_.records(reading.a, reading.b) <= static_cast<std::int64_t>(clusters) * each) {
    // Cheaper to read it all; what was sampled before would count twice.
    reading = {reading.a, reading.b, {}, 0, 0, 0, 0, 0, 0, true};
  }
  phase_ = Phase::judge_reading;
  return {{},
          spans_within(table_, reading.a, reading.b, clusters, each, cluster_bytes_max(clusters),
                       random_)};
}

// Records whose time is hidden may all have come in any one window; so may bytes that no sample
// explains.
PeakBounds TopicStudy::final_bounds() const {
  auto bounds = search_->bounds();
  bounds.high += record_size().most(hidden_) + unexplained_bytes();
  return bounds;
}

// The lookups are done. What still keeps the answer open, or could make it wrong, is record size:
// that of the peak window itself first, for the week's mean says nothing about it.
Round TopicStudy::refine() {
  const auto bounds = final_bounds();
  const auto range = rule_.partitions_between({per_second(bounds.low)}, {per_second(bounds.high)});
  // In the ratio model the floor is none above the threshold.
  const int enough = settings_.sizing.model == Model::ratio ? 0 : rule_.floor();
  const bool settled =
      range.low == range.high || range.high <= std::max(enough, settings_.settled_partitions);
  const bool whole = search_->columns() == std::ssize(columns_);
  if (whole) {
    if (auto reading = next_reading(bounds, settled); !reading.empty()) return reading;
    if (look_for_skew(bounds)) return {};
    finish(settled && !clock_doubt_ ? Decision::proved : Decision::estimate);
    return {};
  }
  if (range.high > rule_.floor()) {
    phase_ = Phase::confirm;
    return {};
  }
  finish(Decision::estimate);
  return {};
}

// Most of a stratum, which the sample of record sizes has already looked at.
bool TopicStudy::is_sampled(int a, int b) const {
  const auto after = std::upper_bound(strata_.begin(), strata_.end(), a);
  if (after == strata_.begin() || after == strata_.end()) return false;
  if (b > *after || 2 * table_.records(a, b) < table_.records(*std::prev(after), *after)) {
    return false;
  }
  const auto stratum = static_cast<std::size_t>(std::prev(after) - strata_.begin());
  return sample_->strata()[stratum].cluster_means.size() >= 2;
}

// Neither the count nor whether one key or partition is too much for a partition would change if
// the records of the fullest window were as large as the screens allow.
bool TopicStudy::is_far_below(const PeakBounds& bounds) const {
  const double most = screen_margin * bounds.value;
  const double hottest = settings_.sizing.factor * hottest_share() * per_second(most);
  return settles(most) && hottest <= settings_.sizing.partition_capacity().value;
}

// Whether the heaviest key alone needs more than a partition carries: neither sure nor ruled out.
bool TopicStudy::hot_key_is_open(const PeakBounds& bounds) const {
  const auto key = heaviest_key();
  if (!key) return false;
  // Once the count is settled, the peak's upper bound is no estimate: as far above as below.
  const Interval peak{bounds.value, bounds.low, 2 * bounds.value - bounds.low};
  const auto needed = settings_.sizing.factor * per_second(1) * product(key->share, peak);
  const double carried = settings_.sizing.partition_capacity().value;
  return needed.low <= carried && carried < needed.high;
}

Round TopicStudy::next_reading(const PeakBounds& bounds, bool settled) {
  if (!may_read(reading_clusters)) return {};
  // What all windows share comes before any one's own size, with half of what may be read.
  if (const int drawn = sample_->estimate().clusters;
      !settled && sample_is_rough() && may_read(drawn) && 2 * bytes_read_ < settings_.read_budget) {
    return ask_sample(drawn);
  }
  if (settled && is_far_below(bounds)) return {};
  const bool more_windows = std::ssize(readings_) < readings_max;
  if (more_windows && bounds.records > 0 && !is_sampled(bounds.a, bounds.b) &&
      reading_of(bounds.a, bounds.b) == nullptr) {
    return ask_reading(bounds.a, bounds.b, reading_clusters);
  }
  if (settled) {
    const int drawn = sample_->estimate().clusters;
    const bool more = hot_key_is_open(bounds) && drawn < 2 * full_clusters && may_read(drawn);
    return more ? ask_sample(drawn) : Round{};
  }

  // Not settled: the peak is the best answer there is, so its own size first.
  if (const auto* peak = reading_of(bounds.a, bounds.b); peak != nullptr) {
    const auto clusters = static_cast<int>(peak->cluster_means.size());
    const bool enough = clusters >= full_reading_clusters || peak->whole;
    if (clusters > 0 && !enough && may_read(clusters)) {
      return ask_reading(bounds.a, bounds.b, clusters);
    }
  }
  // Then the size of the stretch that sets the upper end.
  const auto [a, b] = search_->decisive();
  if (const auto* reading = reading_of(a, b); reading != nullptr) {
    const auto clusters = static_cast<int>(reading->cluster_means.size());
    if (clusters == 0 || reading->whole || !may_read(clusters)) return {};
    return ask_reading(a, b, clusters);
  }
  const int clusters = sample_->estimate().clusters;
  if (may_read(clusters)) return ask_sample(clusters);
  if (more_windows && b - a == 1) return ask_reading(a, b, reading_clusters);
  return {};
}

std::optional<KeyShares::Heaviest> TopicStudy::heaviest_key() const {
  std::vector<std::int64_t> records;
  for (int p = 0; p < table_.partitions(); ++p) {
    records.push_back(in_window_ >= 0 ? table_.records(p, 0, facts_.grid.count)
                                      : table_.range(p).records());
  }
  return keys_.heaviest(records);
}

// The larger of the heaviest key's share of the bytes and the fullest partition's of the records.
double TopicStudy::hottest_share() const {
  const int n = facts_.grid.count;
  std::int64_t fullest = 0;
  for (const int p : columns_) fullest = std::max(fullest, table_.records(p, 0, n));
  const double partition =
      static_cast<double>(fullest) / static_cast<double>(std::max<std::int64_t>(1, in_window_));
  const auto key = heaviest_key();
  return key ? std::max(partition, key->share.value) : partition;
}

// The count is settled, but one partition or key may need more than a partition carries, which no
// count mends: the search goes on until that is known, too.
bool TopicStudy::look_for_skew(const PeakBounds& bounds) {
  if (skew_looked_for_) return false;
  skew_looked_for_ = true;
  const double carried = settings_.sizing.partition_capacity().value;
  const double needed_share = settings_.sizing.factor * hottest_share();
  const bool open = needed_share * per_second(bounds.low) <= carried &&
                    needed_share * per_second(bounds.high) > carried;
  if (!open) return false;
  search_->also_tell(carried / needed_share *
                     std::chrono::duration<double>(facts_.grid.width).count());
  phase_ = Phase::search;
  return true;
}

// Quick: the windows found on some partitions, counted on all of them.
Round TopicStudy::ask_confirmation() {
  const auto stretches = search_->busiest(quick_columns);
  Round round;
  for (const auto& [a, b] : stretches) {
    for (const int boundary : {a, b}) {
      if (!table_.failed(boundary)) ask_row(round, boundary);
    }
  }
  if (!round.empty()) return round;
  auto bounds = search_->bounds();
  bounds.records = 0;
  for (const auto& [a, b] : stretches) {
    if (table_.failed(a) || table_.failed(b)) continue;
    const auto records = (table_.records(a, b) + b - a - 1) / (b - a);
    if (records <= bounds.records) continue;
    bounds.records = records;
    bounds.a = a;
    bounds.b = b;
  }
  const auto size = global_size();
  bounds.low = static_cast<double>(bounds.records) * size.low;
  bounds.value = static_cast<double>(bounds.records) * size.value;
  confirmed_ = bounds;
  finish(Decision::estimate);
  return {};
}

}  // namespace partwise::sample
