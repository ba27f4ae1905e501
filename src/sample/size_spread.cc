#include "sample/size_spread.h"

#include <cmath>

#include "sample/read_span.h"

namespace partwise::sample {
namespace {

constexpr double chance_deviations = 1.645;

double variance(const std::vector<double>& xs) {
  double mean = 0;
  for (const double x : xs) mean += x / static_cast<double>(xs.size());
  double squares = 0;
  for (const double x : xs) squares += (x - mean) * (x - mean);
  return squares / static_cast<double>(xs.size() - 1);
}

}  // namespace

void SpreadEstimate::add(const ReadResult& cluster) {
  if (cluster.failed || cluster.offsets == 0) return;
  const auto taken = static_cast<double>(cluster.offsets);
  means_.push_back(static_cast<double>(cluster.bytes) / taken);
  inverses_ += 1 / taken;
  // A record that was left out for its size does not count in any mean, but it has been seen.
  const double n = taken + (cluster.left_out > 0 ? 1 : 0);
  if (n < 2) return;
  const auto left_out = static_cast<double>(cluster.left_out);
  const double mean = (static_cast<double>(cluster.bytes) + left_out) / n;
  const double squares = cluster.squares + left_out * left_out;
  variances_ += std::fmax(0, squares / n - mean * mean) * n / (n - 1);
  ++varied_;
}

SizeSpread SpreadEstimate::spread() const {
  if (means_.size() < 2) return {};
  SizeSpread spread;
  if (varied_ > 0) spread.within = variances_ / varied_;
  const auto k = static_cast<double>(means_.size());
  const double expected = spread.within * inverses_ / k;
  const double seen = variance(means_);
  const double chance = 1 + chance_deviations * std::sqrt(2 / (k - 1));
  if (seen > chance * expected) spread.between = seen - expected;
  return spread;
}

}  // namespace partwise::sample
