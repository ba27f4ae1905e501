// Bytes per record of any stretch of the observed time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "sample/size_spread.h"

namespace partwise::sample {

/// What records weigh: the mean of many, and how far a few that come together may be from it.
struct RecordSize {
  // NOLINTNEXTLINE(google-explicit-constructor): an interval is a size without a spread
  RecordSize(Interval mean_size, SizeSpread around = {}) : mean(mean_size), spread(around) {}

  Interval mean;  ///< 95 % limits of the mean
  SizeSpread spread;

  /// Bytes that n records of one stretch do not exceed, and do not fall short of.
  ///
  ///   sigma^2 = ln(1 + (between + within / n) / mean^2)
  ///   most    = n mean.high exp(4.5 sigma - sigma^2 / 2)
  ///   least   = n mean.low  exp(-2 sigma - sigma^2 / 2)
  ///
  /// 4.5 standard deviations: of a week's 10,080 windows, 0.03 would be beyond by chance. The
  /// log-normal has the spread's mean and variance; sizes are skewed to the right.
  [[nodiscard]] double most(std::int64_t n) const;
  [[nodiscard]] double least(std::int64_t n) const;

  /// The most records for which most(n) <= bytes.
  [[nodiscard]] std::int64_t limit(double bytes) const;
};

/// One size for the whole time, other sizes for slices that differ, and measured sizes for the
/// windows that were read themselves. Stretches that share a size share its error too.
class SizeModel {
 public:
  explicit SizeModel(RecordSize everywhere) : everywhere_(everywhere) {}

  /// Windows a .. b-1 have a size of their own; later calls win over earlier ones.
  void set(int a, int b, RecordSize size) { ranges_.push_back({a, b, size}); }

  /// The size for windows a .. b-1; the address tells which stretches share one.
  [[nodiscard]] const RecordSize& of(int a, int b) const;

 private:
  struct Range {
    int a;
    int b;
    RecordSize size;
  };
  RecordSize everywhere_;
  std::vector<Range> ranges_;
};

}  // namespace partwise::sample
