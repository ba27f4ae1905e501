// Bytes per record from clusters of records read at random places: the estimate and its interval.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/units.h"

namespace partwise::sample {

/// One slice of the observed time. Each cluster is a run of consecutive records; its mean counts
/// once, however many records or batches it spans.
struct Stratum {
  std::int64_t records = 0;           ///< n_h: all that the slice holds
  std::vector<double> cluster_means;  ///< y: bytes per offset of each cluster
  double inverses = 0;                ///< summed 1 / offsets of the clusters
};

struct SizeEstimate {
  Interval mean;       ///< bytes per record, 95 % limits
  double error = 0;    ///< standard error of the mean
  double degrees = 0;  ///< of freedom, Satterthwaite's
  int clusters = 0;
};

/// Stratified mean over clusters of equal weight.
///
///   s  = sum_h (n_h / n) mean(y_h)
///   V  = sum_h (n_h / n)^2 var_h / k_h,   se = sqrt(V),   cv = se / s
///   df = V^2 / sum_h [((n_h / n)^2 var_h / k_h)^2 / (k_h - 1)],  kept in [4, sum_h (k_h - 1)]
///   low  = max(0, min(s - t se, s exp(-t cv)))
///   high = max(s + t se, s exp(t cv) (1 + cv^2))
///
/// var_h is averaged half and half with the pooled variance while k_h < 4. Strata without a
/// cluster are left out; with fewer than two clusters in all the interval is [0, 10 s].
/// A size estimate of nothing (no cluster) has clusters == 0.
///
/// source: W. Cochran, "Sampling Techniques", 1977, sections 5.4 and 9.3; the log-normal limits
///         are ours, for sizes are skewed to the right
SizeEstimate stratified_mean(std::span<const Stratum> strata);

/// A mean is rough while its limits are further from it than this share of it.
inline constexpr double rough_beyond = 0.25;
[[nodiscard]] bool is_rough(const Interval& mean);

/// One stratum's own mean, with the variance shared with the others as above.
SizeEstimate stratum_mean(std::span<const Stratum> strata, std::size_t which);

/// The mean of clusters drawn from one window alone.
SizeEstimate cluster_mean(std::span<const double> means);

/// How many of `clusters` each stratum gets: two each (where it has records; one, where there are
/// not two for all), the rest in proportion to its records, by largest remainder.
std::vector<int> allocated(int clusters, std::span<const std::int64_t> records);

}  // namespace partwise::sample
