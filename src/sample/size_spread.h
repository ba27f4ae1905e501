// How record sizes vary: among neighbours, and from one place of the log to another.
#pragma once

#include <cstdint>
#include <vector>

namespace partwise::sample {

struct ReadResult;

/// Variances of bytes per offset. A window of n records has a mean that differs from the topic's by
/// a variance of between + within / n.
struct SizeSpread {
  double within = 0;   ///< of single records around the mean of their cluster, B^2
  double between = 0;  ///< of places around the topic's mean, beyond what `within` explains, B^2
};

/// Estimates both from clusters of records.
///
///   within  = mean over clusters of its records' variance
///   between = var(cluster means) - within / m,  0 unless var(cluster means) is more than
///             (1 + 1.645 sqrt(2 / (k - 1))) within / m, the 95 % point of chance
///
/// for k clusters of m records (the harmonic mean). A record that was left out of its cluster
/// counts in the records' variance, with the cluster's.
class SpreadEstimate {
 public:
  void add(const ReadResult& cluster);
  [[nodiscard]] SizeSpread spread() const;

 private:
  std::vector<double> means_;
  double variances_ = 0;  // summed over clusters of two records and more
  int varied_ = 0;
  double inverses_ = 0;  // summed 1 / records
};

}  // namespace partwise::sample
