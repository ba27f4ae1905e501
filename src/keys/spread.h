// How evenly records lie on partitions.
#pragma once

#include <cstdint>
#include <span>

namespace partwise::keys {

/// Of one number for each partition, those of empty partitions too. All zero where nothing lies on
/// any; `entropy_normalised` is then 1.
struct Spread {
  double mean = 0;
  double sd_sample = 0;      ///< divided by P - 1; 0 for one partition
  double sd_population = 0;  ///< divided by P
  double cv_percent = 0;     ///< sd_sample of the mean
  double max_over_mean = 0;
  double gini = 0;                ///< 0 all alike, (P - 1) / P all on one
  double entropy_normalised = 1;  ///< of log P: 1 all alike, 0 all on one
};

/// At least one partition; no number below 0.
Spread spread_of(std::span<const std::int64_t> counts);

}  // namespace partwise::keys
