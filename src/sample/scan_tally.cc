#include "sample/scan_tally.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace partwise::sample {
namespace {

constexpr std::int64_t clock_tolerance_ms = 60'000;

struct Totals {
  std::vector<std::int64_t> records;
  std::vector<std::int64_t> bytes;
};

Totals added_up(const WindowGrid& grid, std::span<const PartitionTally> tallies) {
  const auto n = static_cast<std::size_t>(grid.count);
  Totals totals{std::vector<std::int64_t>(n), std::vector<std::int64_t>(n)};
  for (const auto& tally : tallies) {
    for (const auto& [window, records, bytes] : tally.windows()) {
      totals.records[static_cast<std::size_t>(window)] += records;
      totals.bytes[static_cast<std::size_t>(window)] += bytes;
    }
  }
  return totals;
}

sizing::DemandCourse course_of(const WindowGrid& grid, const std::vector<std::int64_t>& bytes) {
  std::vector<sizing::CountedBytes> parts;
  for (int j = 0; j < grid.count; ++j) {
    parts.push_back({grid.boundary(j), grid.boundary(j + 1),
                     static_cast<double>(bytes[static_cast<std::size_t>(j)])});
  }
  return sizing::demand_course(grid.start, grid.end(), grid.width, parts);
}

void find_hottest(sizing::Demand& demand, std::span<const PartitionTally> tallies, int peak,
                  double seconds) {
  std::int64_t fullest = 0;
  std::int64_t most_bytes = 0;
  for (std::size_t p = 0; p < tallies.size(); ++p) {
    for (const auto& window : tallies[p].windows()) {
      most_bytes = std::max(most_bytes, window.bytes);
      if (window.window != peak || window.records <= fullest) continue;
      fullest = window.records;
      demand.hottest_partition = static_cast<int>(p);
    }
  }
  demand.hottest_rate_bound = static_cast<double>(most_bytes) / seconds;
  if (demand.peak_window.records > 0) {
    demand.hottest_share =
        static_cast<double>(fullest) / static_cast<double>(demand.peak_window.records);
  }
}

}  // namespace

PartitionTally::PartitionTally(WindowGrid grid, Instant now)
    : grid_(grid),
      not_after_ms_(now.time_since_epoch().count() + clock_tolerance_ms),
      latest_ms_(grid.start.time_since_epoch().count()) {}

void PartitionTally::add(const ScannedRecord& record) {
  if (record.timestamp_ms < 0) ++undated_;
  if (record.timestamp_ms > latest_ms_ && record.timestamp_ms <= not_after_ms_) {
    latest_ms_ = record.timestamp_ms;
  }
  const Instant arrived{Millis{latest_ms_}};
  if (arrived >= grid_.end()) return;  // in the window that is still open
  const int window = grid_.window_at(arrived);
  if (windows_.empty() || windows_.back().window != window) windows_.push_back({window, 0, 0});
  ++windows_.back().records;
  windows_.back().bytes += record.bytes;
}

sizing::Demand scanned_demand(const WindowGrid& grid, std::span<const OffsetRange> ranges,
                              std::span<const PartitionTally> tallies, double quantile,
                              bool older_records_exist) {
  sizing::Demand demand;
  demand.decision = sizing::Decision::full_scan;
  demand.window_start = grid.start;
  demand.window_end = grid.end();
  demand.windows = grid.count;
  for (const auto& range : ranges) demand.records += range.records();

  const auto [records, bytes] = added_up(grid, tallies);
  const double seconds = std::chrono::duration<double>(grid.width).count();
  std::int64_t all_records = 0;
  std::int64_t all_bytes = 0;
  int first = grid.count - 1;
  for (int j = grid.count - 1; j >= 0; --j) {
    const auto n = records[static_cast<std::size_t>(j)];
    all_records += n;
    all_bytes += bytes[static_cast<std::size_t>(j)];
    if (n > 0) first = j;
  }
  // A topic without older records lives since its first one.
  const int covered = older_records_exist ? grid.count : grid.count - first;
  demand.records_in_window = all_records;
  demand.records_read = all_records;
  if (all_records > 0) {
    demand.record_bytes =
        Interval::exactly(static_cast<double>(all_bytes) / static_cast<double>(all_records));
  }
  demand.mean = Interval::exactly(static_cast<double>(all_bytes) / (covered * seconds));

  std::vector<int> order(static_cast<std::size_t>(grid.count));
  for (int j = 0; j < grid.count; ++j) order[static_cast<std::size_t>(j)] = j;
  const auto rank = static_cast<std::ptrdiff_t>(std::floor((1 - quantile) * covered + 1e-9));
  std::nth_element(order.begin(), order.begin() + rank, order.end(), [&](int x, int y) {
    return bytes[static_cast<std::size_t>(x)] > bytes[static_cast<std::size_t>(y)];
  });
  const int peak = order[static_cast<std::size_t>(rank)];
  demand.peak =
      Interval::exactly(static_cast<double>(bytes[static_cast<std::size_t>(peak)]) / seconds);
  demand.peak_window = {grid.boundary(peak), grid.width, records[static_cast<std::size_t>(peak)],
                        true};
  find_hottest(demand, tallies, peak, seconds);
  demand.course = course_of(grid, bytes);
  return demand;
}

}  // namespace partwise::sample
