#include "sample/size_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace partwise::sample {
namespace {

constexpr double most_deviations = 4.5;
constexpr double least_deviations = 2;
constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max() / 4;
// Limits are products of doubles: a quotient that is whole by hand must not lose a record.
constexpr double rounding_slack = 1e-12;

// The standard deviation of the logarithm of the mean of n records.
double log_deviation(const RecordSize& size, std::int64_t n) {
  if (size.mean.value <= 0 || n <= 0) return 0;
  const double variance = size.spread.between + size.spread.within / static_cast<double>(n);
  return std::sqrt(std::log1p(variance / (size.mean.value * size.mean.value)));
}

}  // namespace

double RecordSize::most(std::int64_t n) const {
  const double sigma = log_deviation(*this, n);
  return static_cast<double>(n) * mean.high *
         std::exp(sigma * std::max(0.0, most_deviations - sigma / 2));
}

double RecordSize::least(std::int64_t n) const {
  const double sigma = log_deviation(*this, n);
  return static_cast<double>(n) * mean.low * std::exp(-sigma * (least_deviations + sigma / 2));
}

std::int64_t RecordSize::limit(double bytes) const {
  const double allowed = bytes * (1 + rounding_slack);
  if (mean.high <= 0 || allowed / mean.high >= static_cast<double>(unlimited)) return unlimited;
  // Never more than without a spread; halving finds the rest, for most() grows with n.
  auto high = static_cast<std::int64_t>(std::max(0.0, allowed) / mean.high);
  if (most(high) <= allowed) return high;
  std::int64_t low = 0;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (most(middle) <= allowed ? low : high) = middle;
  }
  return low;
}

const RecordSize& SizeModel::of(int a, int b) const {
  // NOLINTNEXTLINE(modernize-loop-convert): newest first
  for (auto range = ranges_.rbegin(); range != ranges_.rend(); ++range) {
    if (a >= range->a && b <= range->b) return range->size;
  }
  return everywhere_;
}

}  // namespace partwise::sample
