// A topic whose every window is known: answers lookups as a broker would, and tells the truth.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "base/random.h"
#include "sample/offset_table.h"
#include "sample/peak_search.h"

namespace partwise::sample {

/// counts[p][j]: records of partition p in window j. Offsets start at 0.
class SimulatedTopic {
 public:
  SimulatedTopic(WindowGrid grid, std::vector<std::vector<std::int64_t>> counts)
      : grid_(grid), counts_(std::move(counts)) {
    for (const auto& partition : counts_) {
      std::vector<std::int64_t> before = {0};
      for (const auto n : partition) before.push_back(before.back() + n);
      offsets_.push_back(std::move(before));
    }
  }

  [[nodiscard]] std::vector<OffsetRange> ranges() const {
    std::vector<OffsetRange> ranges;
    for (const auto& partition : offsets_) ranges.push_back({0, partition.back()});
    return ranges;
  }

  [[nodiscard]] FoundOffset find(int partition, int boundary) const {
    const auto& before = offsets_[static_cast<std::size_t>(partition)];
    const auto offset = before[static_cast<std::size_t>(boundary)];
    if (offset == before.back()) return {};
    // The window of the record at `offset`: the first whose end lies beyond it.
    const auto after = std::upper_bound(before.begin(), before.end(), offset);
    const auto window = static_cast<int>(after - before.begin()) - 1;
    return {offset, grid_.boundary(window) + grid_.width / 3};
  }

  void answer(OffsetTable& table, const std::vector<Lookup>& lookups) const {
    for (const auto& [p, j] : lookups) table.put(p, j, find(p, j));
  }

  void put_row(OffsetTable& table, int boundary) const {
    for (std::size_t p = 0; p < counts_.size(); ++p) {
      table.put(static_cast<int>(p), boundary, find(static_cast<int>(p), boundary));
    }
  }

  [[nodiscard]] std::int64_t in_window(int j) const {
    std::int64_t sum = 0;
    for (const auto& partition : counts_) sum += partition[static_cast<std::size_t>(j)];
    return sum;
  }

  [[nodiscard]] std::int64_t fullest_window() const { return nth_fullest(0); }

  /// The (n + 1)-th fullest window.
  [[nodiscard]] std::int64_t nth_fullest(std::int64_t n) const {
    std::vector<std::int64_t> windows;
    for (int j = 0; j < grid_.count; ++j) windows.push_back(in_window(j));
    std::sort(windows.begin(), windows.end(), std::greater<>());
    return windows[static_cast<std::size_t>(n)];
  }

  /// C_p(boundary).
  [[nodiscard]] std::int64_t offset_at(int partition, int boundary) const {
    return offsets_[static_cast<std::size_t>(partition)][static_cast<std::size_t>(boundary)];
  }

  [[nodiscard]] const WindowGrid& grid() const { return grid_; }
  [[nodiscard]] int partitions() const { return static_cast<int>(counts_.size()); }

 private:
  WindowGrid grid_;
  std::vector<std::vector<std::int64_t>> counts_;
  std::vector<std::vector<std::int64_t>> offsets_;
};

/// Poisson by inversion below 30, rounded normal above: close enough for traffic.
inline std::int64_t poisson(Random& random, double mean) {
  if (mean <= 0) return 0;
  if (mean < 30) {
    double p = std::exp(-mean);
    double sum = p;
    const double u = random.uniform();
    std::int64_t k = 0;
    while (u > sum && k < 1000) {
      ++k;
      p *= mean / static_cast<double>(k);
      sum += p;
    }
    return k;
  }
  const double normal = std::sqrt(-2 * std::log(1 - random.uniform())) *
                        std::cos(2 * 3.14159265358979 * random.uniform());
  return std::max<std::int64_t>(0, std::llround(mean + std::sqrt(mean) * normal));
}

enum class Shape { flat, diurnal, weekly, trend, bursts, batch, on_off, spikes, noisy };
inline constexpr int shapes = 9;

/// A week (or less) of traffic of one shape with `mean` records a window over all partitions;
/// `hot_bursts` puts what exceeds the usual into one partition.
inline SimulatedTopic simulated(Shape shape, WindowGrid grid, int partitions, double mean,
                                bool hot_bursts, Random& random) {
  constexpr double two_pi = 6.283185307179586;
  const auto n = static_cast<std::size_t>(grid.count);
  const double per_day = 86'400'000.0 / static_cast<double>(grid.width.count());
  std::vector<double> usual(n, 1);
  std::vector<double> extra(n, 0);
  const double phase = random.uniform() * two_pi;
  const auto start_of = [&] { return static_cast<std::size_t>(random.below(grid.count)); };
  for (std::size_t j = 0; j < n; ++j) {
    const auto t = static_cast<double>(j);
    const double daily = 1 + 0.8 * std::sin(two_pi * t / per_day + phase);
    const double weekly = 1 + 0.5 * std::sin(two_pi * t / (7 * per_day) + phase);
    switch (shape) {
      case Shape::flat:
        break;
      case Shape::diurnal:
        usual[j] = daily;
        break;
      case Shape::weekly:
        usual[j] = daily * weekly;
        break;
      case Shape::trend:
        usual[j] = 0.2 + 1.6 * t / static_cast<double>(n);
        break;
      case Shape::on_off:
        usual[j] = std::fmod(t + phase * 100, 240) < 60 ? 4 : 0.01;
        break;
      case Shape::spikes:
        usual[j] = std::fmod(t + phase * 100, 10) < 1 ? 8 : 0.2;
        break;
      case Shape::noisy:
        usual[j] = std::exp(random.uniform() * 3 - 1.5);
        break;
      case Shape::bursts:
        usual[j] = daily;
        break;
      case Shape::batch:
        usual[j] = std::fmod(t, per_day) < 30 ? 30 : 0.05;
        break;
    }
  }
  if (shape == Shape::bursts) {
    for (int burst = 0; burst < 3; ++burst) {
      const auto first = start_of();
      const double height = 30 + 70 * random.uniform();
      for (std::size_t j = first; j < std::min(n, first + 2); ++j) extra[j] = height;
    }
  }
  std::vector<std::vector<std::int64_t>> counts(static_cast<std::size_t>(partitions),
                                                std::vector<std::int64_t>(n));
  for (std::size_t j = 0; j < n; ++j) {
    for (int p = 0; p < partitions; ++p) {
      const double share =
          extra[j] > 0 && hot_bursts ? (p == 0 ? extra[j] : 0) : extra[j] / partitions;
      counts[static_cast<std::size_t>(p)][j] =
          poisson(random, mean * (usual[j] / partitions + share));
    }
  }
  return {grid, std::move(counts)};
}

}  // namespace partwise::sample
