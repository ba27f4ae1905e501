#include "sample/size_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sample/student.h"

namespace partwise::sample {
namespace {

constexpr double upper_tail = 0.975;
constexpr int trusted_clusters = 4;  // from here on a stratum's own variance stands alone
constexpr double least_degrees = 4;
constexpr double blind_factor = 10;  // the screen's margin, when nothing is known of the spread

double mean_of(std::span<const double> xs) {
  return std::accumulate(xs.begin(), xs.end(), 0.0) / static_cast<double>(xs.size());
}

double squared_deviations(std::span<const double> xs) {
  const double mean = mean_of(xs);
  return std::accumulate(xs.begin(), xs.end(), 0.0,
                         [mean](double sum, double x) { return sum + (x - mean) * (x - mean); });
}

double freedom(const Stratum& stratum) {
  return static_cast<double>(stratum.cluster_means.size()) - 1;
}

// Within strata, where half of them have two clusters; else over all clusters: too large where
// strata differ, but a variance from one or two pairs may be far too small.
double pooled_variance(std::span<const Stratum> strata) {
  double squares = 0;
  double degrees = 0;
  double filled = 0;
  std::vector<double> all;
  for (const auto& stratum : strata) {
    if (stratum.cluster_means.empty()) continue;
    all.insert(all.end(), stratum.cluster_means.begin(), stratum.cluster_means.end());
    squares += squared_deviations(stratum.cluster_means);
    degrees += freedom(stratum);
    ++filled;
  }
  if (degrees > 0 && 2 * degrees >= filled) return squares / degrees;
  return all.size() > 1 ? squared_deviations(all) / static_cast<double>(all.size() - 1) : 0;
}

double variance(const Stratum& stratum, double pooled) {
  const auto count = stratum.cluster_means.size();
  if (count < 2) return pooled;
  const double own = squared_deviations(stratum.cluster_means) / static_cast<double>(count - 1);
  return count < trusted_clusters ? (own + pooled) / 2 : own;
}

Interval limits(double mean, double error, double degrees) {
  if (mean <= 0) return Interval::exactly(0);
  const double t = student_quantile(upper_tail, degrees);
  const double cv = error / mean;
  return {mean, std::max(0.0, std::min(mean - t * error, mean * std::exp(-t * cv))),
          std::max(mean + t * error, mean * std::exp(t * cv) * (1 + cv * cv))};
}

}  // namespace

SizeEstimate stratified_mean(std::span<const Stratum> strata) {
  const double pooled = pooled_variance(strata);
  double records = 0;
  double all_freedom = 0;
  SizeEstimate estimate;
  for (const auto& stratum : strata) {
    if (stratum.cluster_means.empty()) continue;
    records += static_cast<double>(stratum.records);
    all_freedom += freedom(stratum);
    estimate.clusters += static_cast<int>(stratum.cluster_means.size());
  }
  if (estimate.clusters == 0 || records <= 0) return {};

  double mean = 0;
  double total_variance = 0;
  double satterthwaite = 0;
  for (const auto& stratum : strata) {
    if (stratum.cluster_means.empty()) continue;
    const double weight = static_cast<double>(stratum.records) / records;
    const double part = weight * weight * variance(stratum, pooled) /
                        static_cast<double>(stratum.cluster_means.size());
    mean += weight * mean_of(stratum.cluster_means);
    total_variance += part;
    satterthwaite += part * part / std::max(1.0, freedom(stratum));
  }
  if (estimate.clusters < 2) {
    estimate.mean = {mean, 0, blind_factor * mean};
    estimate.degrees = 1;
    return estimate;
  }
  estimate.error = std::sqrt(total_variance);
  estimate.degrees = satterthwaite > 0 ? total_variance * total_variance / satterthwaite
                                       : std::max(least_degrees, all_freedom);
  estimate.degrees =
      std::clamp(estimate.degrees, least_degrees, std::max(least_degrees, all_freedom));
  estimate.mean = limits(mean, estimate.error, estimate.degrees);
  return estimate;
}

bool is_rough(const Interval& mean) { return mean.high - mean.low > 2 * rough_beyond * mean.value; }

SizeEstimate stratum_mean(std::span<const Stratum> strata, std::size_t which) {
  const auto& stratum = strata[which];
  if (stratum.cluster_means.empty()) return {};
  double all_freedom = 0;
  for (const auto& each : strata) {
    if (!each.cluster_means.empty()) all_freedom += freedom(each);
  }
  SizeEstimate estimate;
  estimate.clusters = static_cast<int>(stratum.cluster_means.size());
  estimate.error = std::sqrt(variance(stratum, pooled_variance(strata)) / estimate.clusters);
  estimate.degrees = std::max(least_degrees, all_freedom);
  estimate.mean = limits(mean_of(stratum.cluster_means), estimate.error, estimate.degrees);
  return estimate;
}

SizeEstimate cluster_mean(std::span<const double> means) {
  const Stratum only{1, {means.begin(), means.end()}};
  return stratified_mean({&only, 1});
}

std::vector<int> allocated(int clusters, std::span<const std::int64_t> records) {
  std::vector<int> counts(records.size(), 0);
  const auto total =
      static_cast<double>(std::accumulate(records.begin(), records.end(), std::int64_t{0}));
  if (total <= 0) return counts;

  const auto filled = std::count_if(records.begin(), records.end(), [](auto n) { return n > 0; });
  const int each = clusters >= 2 * filled ? 2 : 1;
  int left = clusters;
  for (std::size_t h = 0; h < records.size(); ++h) {
    if (records[h] == 0) continue;
    counts[h] = each;
    left -= each;
  }
  std::vector<std::pair<double, std::size_t>> remainders;
  const int shared = std::max(0, left);
  for (std::size_t h = 0; h < records.size(); ++h) {
    const double quota = shared * static_cast<double>(records[h]) / total;
    counts[h] += static_cast<int>(quota);
    left -= static_cast<int>(quota);
    remainders.emplace_back(quota - std::floor(quota), h);
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < remainders.size() && left > 0; ++i, --left) {
    ++counts[remainders[i].second];
  }
  return counts;
}

}  // namespace partwise::sample
