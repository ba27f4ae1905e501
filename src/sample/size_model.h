// Bytes per record of any stretch of the observed time.
#pragma once

#include <vector>

#include "base/units.h"

namespace partwise::sample {

/// One size for the whole time, other sizes for slices that differ, and measured sizes for the
/// windows that were read themselves. Stretches that share a size share its error too.
class SizeModel {
 public:
  explicit SizeModel(Interval everywhere) : everywhere_(everywhere) {}

  /// Windows a .. b-1 have a size of their own; later calls win over earlier ones.
  void set(int a, int b, Interval size) { ranges_.push_back({a, b, size}); }

  /// The size for windows a .. b-1; the address tells which stretches share one.
  [[nodiscard]] const Interval& of(int a, int b) const;

  [[nodiscard]] const Interval& everywhere() const { return everywhere_; }

 private:
  struct Range {
    int a;
    int b;
    Interval size;
  };
  Interval everywhere_;
  std::vector<Range> ranges_;
};

}  // namespace partwise::sample
