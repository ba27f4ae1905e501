#include "metrics/peak_ladder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace partwise::metrics {
namespace {

constexpr Millis one_hour = std::chrono::hours(1);
// As much as (1 - q) N may be off a whole number by rounding.
constexpr double rounding_slack = 1e-9;

double counted(double sum) { return std::isfinite(sum) && sum > 0 ? sum : 0; }

// The element of that rank, the largest being of rank 0; zero where there are fewer.
double ranked(std::vector<double>& values, std::size_t rank) {
  if (rank >= values.size()) return 0;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end(), std::greater<>());
  return *place;
}

}  // namespace

PeakLadder::PeakLadder(const ObservedTime& time, double quantile)
    : time_(time), quantile_(quantile) {
  CHECK(time.width > Millis{0} && time.start < time.end);
  CHECK((time.end - time.start) % time.width == Millis{0});
  CHECK(quantile > 0 && quantile <= 1);
  const auto hours = (time.end - time.start + one_hour - Millis{1}) / one_hour;
  sums_.assign(static_cast<std::size_t>(hours), 0);
  fine_.assign(sums_.size(), false);
  left_out_.assign(sums_.size(), false);
}

void PeakLadder::set_hour(int hour, double sum) {
  sums_[static_cast<std::size_t>(hour)] = counted(sum);
}

void PeakLadder::set_windows(int hour, std::span<const double> sums) {
  const auto at = static_cast<std::size_t>(hour);
  CHECK(std::ssize(sums) == windows_in(hour) && !fine_[at]);
  fine_[at] = true;
  sums_[at] = 0;
  const auto kept = allowed_above((time_.end - time_.start) / time_.width) + 1;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double sum = counted(sums[i]);
    if (sum == 0) continue;
    sums_[at] += sum;
    if (!busiest_start_ || sum > busiest_sum_) {
      busiest_sum_ = sum;
      busiest_start_ = hour_start(hour) + static_cast<int>(i) * time_.width;
    }
    if (largest_.size() == kept && sum <= largest_.front()) continue;
    largest_.push_back(sum);
    std::push_heap(largest_.begin(), largest_.end(), std::greater<>());
    if (largest_.size() <= kept) continue;
    std::pop_heap(largest_.begin(), largest_.end(), std::greater<>());
    largest_.pop_back();
  }
}

void PeakLadder::begin_at(int hour) {
  CHECK(hour >= 0 && hour < hours());
  begin_ = hour;
}

Instant PeakLadder::hour_start(int hour) const { return time_.start + hour * one_hour; }

std::optional<int> PeakLadder::hour_at(Instant t) const {
  if (t < time_.start || t >= time_.end) return std::nullopt;
  return static_cast<int>((t - time_.start) / one_hour);
}

int PeakLadder::windows_in(int hour) const {
  return static_cast<int>((std::min(time_.end, hour_start(hour + 1)) - hour_start(hour)) /
                          time_.width);
}

std::int64_t PeakLadder::windows() const {
  // The window in which the topic begins counts.
  auto count = (time_.end - hour_start(begin_) + time_.width - Millis{1}) / time_.width;
  for (int hour = 0; hour < hours(); hour += hours_at_once()) {
    if (hour >= begin_ && left_out(hour)) count -= std::max(1, windows_in(hour));
  }
  return count;
}

int PeakLadder::hours_at_once() const {
  return static_cast<int>(std::max<std::int64_t>(1, time_.width / one_hour));
}

// A window that is known in part is one that was seen.
bool PeakLadder::left_out(int hour) const {
  const auto first = left_out_.begin() + hour;
  return std::all_of(first, first + std::min(hours_at_once(), hours() - hour),
                     [](bool out) { return out; });
}

double PeakLadder::total() const {
  double sum = 0;
  for (const double hour : sums_) sum += hour;
  return sum;
}

double PeakLadder::mean() const { return total() / seconds(time_.end - hour_start(begin_)); }

sizing::DemandCourse PeakLadder::course() const {
  std::vector<sizing::CountedBytes> parts;
  for (int hour = begin_; hours_known_ && hour < hours(); ++hour) {
    if (left_out_[static_cast<std::size_t>(hour)]) continue;
    parts.push_back({hour_start(hour), std::min(time_.end, hour_start(hour + 1)), sum_of(hour)});
  }
  return sizing::demand_course(time_.start, time_.end, one_hour, parts);
}

std::size_t PeakLadder::allowed_above(std::int64_t windows) const {
  const double above = (1 - quantile_) * static_cast<double>(windows) + rounding_slack;
  return static_cast<std::size_t>(std::floor(above));
}

double PeakLadder::rate(double sum) const { return sum / seconds(time_.width); }

std::vector<PeakLadder::Cell> PeakLadder::unknown_cells() const {
  const int step = hours_at_once();
  std::vector<Cell> cells;
  for (int hour = 0; hour < hours(); hour += step) {
    if (windows_known(hour)) continue;
    double sum = 0;
    for (int part = hour; part < std::min(hours(), hour + step); ++part) sum += sum_of(part);
    if (sum > 0) cells.push_back({hour, sum, std::max(1, windows_in(hour))});
  }
  return cells;
}

double PeakLadder::least(const std::vector<Cell>& cells) const {
  auto sums = largest_;
  for (const auto& cell : cells) sums.push_back(cell.sum / cell.windows);
  return ranked(sums, allowed_above(windows()));
}

double PeakLadder::most(const std::vector<Cell>& cells) const {
  if (!hours_known_) return std::numeric_limits<double>::infinity();
  const auto rank = allowed_above(windows());
  auto sums = largest_;
  for (const auto& cell : cells) {
    const auto shares = std::min(static_cast<std::size_t>(cell.windows), rank + 1);
    for (std::size_t m = 1; m <= shares; ++m) sums.push_back(cell.sum / static_cast<double>(m));
  }
  return ranked(sums, rank);
}

Interval PeakLadder::peak() const {
  const auto cells = unknown_cells();
  const double low = rate(least(cells));
  return {low, low, rate(most(cells))};
}

sizing::PeakWindow PeakLadder::busiest() const {
  sizing::PeakWindow window{busiest_start_.value_or(time_.start), time_.width, 0, false};
  double average = busiest_sum_;
  for (const auto& cell : unknown_cells()) {
    if (cell.sum / cell.windows <= average) continue;
    average = cell.sum / cell.windows;
    window.start = hour_start(cell.hour);
    window.width = cell.windows * time_.width;
  }
  window.exact = hours_known_ && average > 0 && window.width == time_.width;
  for (const auto& cell : unknown_cells()) {
    if (cell.windows > 1 && cell.sum > average) window.exact = false;
  }
  return window;
}

std::vector<int> PeakLadder::open_hours(const Settled& settled) const {
  auto cells = unknown_cells();
  const Interval now = peak();
  if (settled(now)) return {};
  std::erase_if(cells, [&](const Cell& cell) {
    const double most = rate(cell.sum);
    return cell.windows == 1 || most <= now.low || settled({now.low, now.low, most});
  });
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& x, const Cell& y) { return x.sum > y.sum; });
  std::vector<int> hours;
  hours.reserve(cells.size());
  for (const auto& cell : cells) hours.push_back(cell.hour);
  return hours;
}

}  // namespace partwise::metrics
