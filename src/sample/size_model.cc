#include "sample/size_model.h"

namespace partwise::sample {

const Interval& SizeModel::of(int a, int b) const {
  // NOLINTNEXTLINE(modernize-loop-convert): newest first
  for (auto range = ranges_.rbegin(); range != ranges_.rend(); ++range) {
    if (a >= range->a && b <= range->b) return range->size;
  }
  return everywhere_;
}

}  // namespace partwise::sample
