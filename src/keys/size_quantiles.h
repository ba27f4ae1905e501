// Quantiles of sizes in bytes, with a known relative error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace partwise::keys {

/// Counts in buckets that grow with the size: up to 127 bytes one for each size, then 64 for each
/// doubling. Logarithms (DDSketch) would need fewer buckets for the same error; these need a shift.
///
/// source: C. Masson et al., "DDSketch", 2019, for the guarantee; G. Tene, HdrHistogram, for
/// buckets
///
/// threads: one at a time; memory: at most 30 KB, 12 KB for sizes up to 1 GiB
class SizeQuantiles {
 public:
  /// Of a quantile, at most.
  static constexpr double relative_error = 1.0 / 128;

  /// `size` from 0.
  void add(std::int64_t size, std::int64_t times = 1);
  void merge(const SizeQuantiles& other);

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Of all sizes, exactly.
  [[nodiscard]] std::int64_t sum() const { return sum_; }
  [[nodiscard]] double mean() const;
  /// 0 without sizes.
  [[nodiscard]] std::int64_t smallest() const { return count_ == 0 ? 0 : smallest_; }
  [[nodiscard]] std::int64_t largest() const { return largest_; }
  /// The smallest size that at least `share` (0 to 1) of the sizes do not exceed; 0 without sizes.
  [[nodiscard]] double quantile(double share) const;

  [[nodiscard]] std::size_t memory_bytes() const;
  static std::size_t memory_max();

  [[nodiscard]] std::string to_bytes() const;
  /// errors: corrupt
  static Result<SizeQuantiles> from_bytes(std::string_view bytes);

 private:
  std::int64_t count_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t smallest_ = INT64_MAX;
  std::int64_t largest_ = 0;
  std::vector<std::int64_t> buckets_;
};

}  // namespace partwise::keys
