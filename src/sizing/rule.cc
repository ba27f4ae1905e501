#include "sizing/rule.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace partwise::sizing {
namespace {

// Rates come from products of doubles: a quotient that is whole by hand arithmetic may be one
// unit in the last place above it, and must not cost a partition.
constexpr double rounding_slack = 1e-12;

}  // namespace

std::string_view name_of(Model model) { return model == Model::capacity ? "capacity" : "ratio"; }

BytesPerSecond SizingSettings::partition_capacity() const {
  return std::min(consumer_capacity, producer_capacity.value_or(consumer_capacity));
}

int SizingSettings::floor() const { return std::max(min_partitions, consumers); }

PartitionRule::PartitionRule(const SizingSettings& settings)
    : model_(Model::capacity),
      floor_(settings.floor()),
      factor_(settings.factor),
      threshold_(settings.threshold),
      divisor_(settings.partition_capacity()) {}

PartitionRule::PartitionRule(const SizingSettings& settings, BytesPerSecond mean)
    : model_(Model::ratio),
      floor_(settings.floor()),
      factor_(settings.factor),
      threshold_(settings.threshold),
      divisor_(mean) {
  CHECK(mean.value > 0);
}

bool PartitionRule::under_threshold(BytesPerSecond peak) const {
  return required(peak) < threshold_;
}

int PartitionRule::needed(BytesPerSecond peak) const {
  const double quotient = std::ceil(required(peak) / divisor_ * (1 - rounding_slack));
  const int whole = static_cast<int>(std::clamp<double>(quotient, 1, partitions_max));
  if (model_ == Model::ratio) return whole;
  return under_threshold(peak) ? floor_ : std::max(floor_, whole);
}

int PartitionRule::partitions(BytesPerSecond peak) const {
  return under_threshold(peak) ? floor_ : needed(peak);
}

PartitionRange PartitionRule::partitions_between(BytesPerSecond low, BytesPerSecond high) const {
  const int at_low = partitions(low);
  const int at_high = partitions(high);
  PartitionRange range{std::min(at_low, at_high), std::max(at_low, at_high)};
  if (under_threshold(low) && !under_threshold(high)) {
    range.low = std::min(range.low, needed({threshold_.value / factor_}));
  }
  return range;
}

BytesPerSecond PartitionRule::peak_limit(int partitions) const {
  // The greatest double under the threshold: exactly at it, the division decides.
  const double idle = std::nextafter(threshold_.value, 0.0) / factor_;
  const double carried = partitions * divisor_.value / factor_;
  return {std::max(idle, carried)};
}

}  // namespace partwise::sizing
