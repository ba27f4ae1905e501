// The result of a TopicStudy, put together from what it knows when it ends.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sample/topic_study.h"

namespace partwise::sample {
namespace {

using sizing::Decision;
using sizing::Demand;

constexpr double notable_late = 0.5;

double as_double(std::int64_t n) { return static_cast<double>(n); }

}  // namespace

Demand TopicStudy::demand() const {
  Demand demand;
  demand.records = total_;
  demand.window_start = facts_.grid.start;
  demand.window_end = facts_.grid.end();
  demand.windows = facts_.grid.count;
  demand.decision = decision_;
  demand.lookups = lookups_;
  demand.records_read = records_read_;
  demand.warnings = warnings_;
  demand.peak_window = {facts_.grid.start, facts_.grid.width, 0, false};
  if (in_window_ >= 0) demand.records_in_window = in_window_;
  if (decision_ == Decision::none || total_ == 0) return demand;

  if (search_) {
    describe_searched(demand);
  } else if (sample_) {
    describe_compacted(demand);
  } else {
    describe_screened(demand);
  }
  if (const auto heaviest = heaviest_key()) {
    demand.hot_key = {heaviest->partition, heaviest->offset, heaviest->share};
  }
  describe_doubts(demand);
  return demand;
}

bool TopicStudy::second_screened() const {
  return std::ssize(screened_.cluster_means) >= full_clusters / 2;
}

// Bytes that no window of `records` exceeds, as far as the screens can tell. What the disk holds
// was produced, however small the records that were seen.
double TopicStudy::screened_most(std::int64_t records) const {
  const Interval size = screened_size();
  const double by_margin = as_double(records) * size.high;
  if (records == 0 || screened_.offsets == 0 || screened_.offsets >= total_) return by_margin;
  if (second_screened()) return record_size().most(records) + unexplained_bytes();
  return std::max(by_margin, as_double(facts_.stored_bytes.value_or(0)));
}

// Two clusters tell the mean up to a factor, unless they are all that there is.
Interval TopicStudy::screened_size() const {
  if (screened_.offsets == 0) {
    const double stored = stored_per_record().value_or(0);
    return {stored, 0, stored * compression_max};
  }
  const double size = as_double(screened_.bytes) / as_double(screened_.offsets);
  if (screened_.offsets >= total_) return Interval::exactly(size);
  if (second_screened()) return global_size();
  // With what was left out for its size: too large a mean, which is right for a bound.
  const double most =
      as_double(screened_.bytes + screened_.left_out) / as_double(screened_.offsets);
  return {size, size / screen_margin, most * screen_margin};
}

void TopicStudy::describe_screened(Demand& demand) const {
  const Interval size = screened_size();
  const bool counted = in_window_ >= 0;
  const auto records = counted ? in_window_ + hidden_ : total_;
  const auto most = as_double(records);
  const double windows = facts_.grid.count;
  demand.record_bytes = size;
  demand.peak = {per_second(most * size.value) / windows,
                 counted ? per_second(most * size.low) / windows : 0,
                 per_second(screened_most(records))};
  if (decision_ == Decision::stored_bytes && screened_.offsets > 0) {
    demand.peak.high = std::min(demand.peak.high, per_second(as_double(*facts_.stored_bytes)));
  }
  demand.mean = {demand.peak.value, demand.peak.low, per_second(most * size.high) / windows};
  std::int64_t fullest = 0;
  for (int p = 0; p < table_.partitions(); ++p) {
    const auto held = counted ? table_.records(p, 0, facts_.grid.count) : table_.range(p).records();
    if (held <= fullest) continue;
    fullest = held;
    demand.hottest_partition = p;
  }
  if (fullest > 0)
    demand.hottest_share = as_double(fullest) / as_double(counted ? in_window_ : total_);
  demand.hottest_rate_bound =
      std::min(per_second(screened_most(fullest + hidden_)), demand.peak.high);
}

void TopicStudy::describe_mean(Demand& demand, const Interval& size) const {
  demand.record_bytes = size;
  demand.mean = (per_second(as_double(in_window_)) / covered_windows()) * size;
}

// Which minute a removed record came in is lost; days are about right.
void TopicStudy::describe_compacted(Demand& demand) const {
  const Interval size = global_size();
  describe_mean(demand, size);
  double busiest = 0;
  int a = 0;
  int b = 0;
  for (std::size_t h = 0; h + 1 < strata_.size(); ++h) {
    const int windows = strata_[h + 1] - strata_[h];
    const double rate = as_double(table_.records(strata_[h], strata_[h + 1])) / windows;
    if (rate <= busiest) continue;
    busiest = rate;
    a = strata_[h];
    b = strata_[h + 1];
  }
  demand.peak = {per_second(busiest * size.value), per_second(busiest * size.low),
                 per_second(as_double(total_) * size.high)};
  demand.peak_window = {facts_.grid.boundary(a), (b - a) * facts_.grid.width, table_.records(a, b),
                        false};
  describe_hottest(demand, a, b);
  demand.hottest_rate_bound = demand.peak.high;
}

void TopicStudy::describe_searched(Demand& demand) const {
  describe_mean(demand, global_size());
  auto bounds = final_bounds();
  if (confirmed_) {
    const double high = bounds.high;
    bounds = *confirmed_;
    bounds.high = std::max(high, bounds.low);
  }
  if (search_->columns() < std::ssize(columns_)) {
    // Some partitions were not counted: only whole rows bound what all of them may hold.
    for (std::size_t h = 0; h + 1 < strata_.size(); ++h) {
      bounds.high =
          std::max(bounds.high, record_size().most(table_.records(strata_[h], strata_[h + 1])));
    }
    if (!confirmed_) bounds.low = 0;
  } else {
    describe_course(demand);
  }
  demand.peak = {per_second(bounds.value), per_second(bounds.low), per_second(bounds.high)};
  demand.peak_window = {facts_.grid.boundary(bounds.a), (bounds.b - bounds.a) * facts_.grid.width,
                        bounds.records, bounds.b - bounds.a == 1};
  describe_hottest(demand, bounds.a, bounds.b);
  demand.hottest_rate_bound = per_second(search_->hottest_partition_bound()) +
                              per_second(record_size().most(hidden_) + unexplained_bytes());
}

// What the search looked up on the way to the peak: often coarse, and never a guess.
void TopicStudy::describe_course(Demand& demand) const {
  std::vector<sizing::CountedBytes> parts;
  for (const auto& [a, b, bytes] : search_->held()) {
    parts.push_back({facts_.grid.boundary(a), facts_.grid.boundary(b), bytes});
  }
  demand.course =
      sizing::demand_course(facts_.grid.start, facts_.grid.end(), facts_.grid.width, parts);
}

void TopicStudy::describe_hottest(Demand& demand, int a, int b) const {
  std::int64_t all = 0;
  std::int64_t fullest = -1;
  for (const int p : columns_) {
    if (!table_.known(p, a) || !table_.known(p, b)) return;
    const auto records = table_.records(p, a, b);
    all += records;
    if (records <= fullest) continue;
    fullest = records;
    demand.hottest_partition = p;
  }
  if (all > 0) demand.hottest_share = as_double(fullest) / as_double(all);
}

void TopicStudy::describe_doubts(Demand& demand) const {
  for (const auto& reading : readings_) {
    if (as_double(reading.late) <= notable_late * as_double(reading.records)) continue;
    demand.warnings.push_back(fmt::format(
        "{} % of the records of the window at {} carry earlier timestamps: they came late, or a "
        "clock jumped and this window only looks busy",
        100 * reading.late / reading.records, utc_text(facts_.grid.boundary(reading.a))));
  }
  const double gaps = gap_share();
  if (gaps > notable_gaps) {
    demand.warnings.push_back(fmt::format(
        "{:.0f} % of the offsets hold no record (transaction markers, or removed): counts are "
        "upper bounds, and sizes are bytes per offset",
        100 * gaps));
  }
}

}  // namespace partwise::sample
