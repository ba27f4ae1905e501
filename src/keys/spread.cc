#include "keys/spread.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/check.h"

namespace partwise::keys {
namespace {

double sum_of(std::span<const std::int64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0,
                         [](double sum, std::int64_t n) { return sum + static_cast<double>(n); });
}

// Half of the mean difference of two partitions, of the mean: with the numbers in order, the i-th
// of P (from 1) stands in 2 i - P - 1 more differences as the larger one than as the smaller one.
double gini_of(std::span<const std::int64_t> counts, double sum) {
  std::vector<std::int64_t> ordered(counts.begin(), counts.end());
  std::sort(ordered.begin(), ordered.end());
  const auto partitions = static_cast<double>(ordered.size());
  double differences = 0;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    differences +=
        (2 * static_cast<double>(i + 1) - partitions - 1) * static_cast<double>(ordered[i]);
  }
  return differences / (partitions * sum);
}

double entropy_of(std::span<const std::int64_t> counts, double sum) {
  if (counts.size() < 2) return 1;
  double entropy = 0;
  for (const auto n : counts) {
    if (n == 0) continue;
    const double share = static_cast<double>(n) / sum;
    entropy -= share * std::log(share);
  }
  return entropy / std::log(static_cast<double>(counts.size()));
}

}  // namespace

Spread spread_of(std::span<const std::int64_t> counts) {
  CHECK(!counts.empty());
  Spread spread;
  const double sum = sum_of(counts);
  if (sum <= 0) return spread;
  const auto partitions = static_cast<double>(counts.size());
  spread.mean = sum / partitions;
  double squares = 0;
  for (const auto n : counts) {
    const double off = static_cast<double>(n) - spread.mean;
    squares += off * off;
  }
  spread.sd_population = std::sqrt(squares / partitions);
  if (counts.size() > 1) spread.sd_sample = std::sqrt(squares / (partitions - 1));
  spread.cv_percent = 100 * spread.sd_sample / spread.mean;
  spread.max_over_mean =
      static_cast<double>(*std::max_element(counts.begin(), counts.end())) / spread.mean;
  spread.gini = gini_of(counts, sum);
  spread.entropy_normalised = entropy_of(counts, sum);
  return spread;
}

}  // namespace partwise::keys
