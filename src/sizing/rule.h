// The rule that turns a peak rate into a partition count, and back.
#pragma once

#include <optional>
#include <string_view>

#include "base/units.h"

namespace partwise::sizing {

/// `capacity`: what one partition can carry decides. `ratio`: peak over mean decides, the rule
/// that the existing recommender documents; kept for comparison.
enum class Model { capacity, ratio };

std::string_view name_of(Model model);

/// What the user sets; docs/model.md explains each symbol.
struct SizingSettings {
  Model model = Model::capacity;
  int min_partitions = 6;                           ///< P_min, a floor for every topic
  BytesPerSecond threshold{10.0 * mib};             ///< a smaller requirement gets P_min
  double factor = 3;                                ///< F: growth to plan for, on the peak
  BytesPerSecond consumer_capacity{10.0 * mib};     ///< c: one consumer, one partition
  std::optional<BytesPerSecond> producer_capacity;  ///< p: bounds only when it is given
  int consumers = 0;                                ///< wanted in one group; 0: no bound

  /// What one partition carries: the smaller of c and p.
  [[nodiscard]] BytesPerSecond partition_capacity() const;

  /// P_min, or `consumers` where that is more.
  [[nodiscard]] int floor() const;
};

/// The least and the most partitions that a range of peaks can need.
struct PartitionRange {
  int low = 0;
  int high = 0;
  auto operator<=>(const PartitionRange&) const = default;
};

/// Partitions for a peak.
///
///   required = F * peak
///   capacity model:  P = max(floor, ceil(required / capacity)), floor where required < threshold
///   ratio model:     P = ceil(required / mean),                 floor where required < threshold
///
/// threads: any
class PartitionRule {
 public:
  /// The capacity model, whatever settings.model says.
  explicit PartitionRule(const SizingSettings& settings);

  /// The ratio model for a topic with this mean rate, above zero.
  PartitionRule(const SizingSettings& settings, BytesPerSecond mean);

  [[nodiscard]] int partitions(BytesPerSecond peak) const;

  /// The answers for all peaks from `low` to `high`. The ratio model is not monotone where the
  /// threshold is crossed, so both ends alone would not do.
  [[nodiscard]] PartitionRange partitions_between(BytesPerSecond low, BytesPerSecond high) const;

  /// Monotone part of the rule: what the peak needs once it is known not to be under the threshold.
  [[nodiscard]] int needed(BytesPerSecond peak) const;

  /// The greatest peak that cannot ask for more than `partitions`, or is under the threshold.
  [[nodiscard]] BytesPerSecond peak_limit(int partitions) const;

  [[nodiscard]] BytesPerSecond required(BytesPerSecond peak) const { return factor_ * peak; }

  /// What required is divided by: the capacity of a partition, or the mean in the ratio model.
  [[nodiscard]] BytesPerSecond divisor() const { return divisor_; }

  /// The answer for a topic that needs next to nothing.
  [[nodiscard]] int floor() const { return floor_; }

 private:
  [[nodiscard]] bool under_threshold(BytesPerSecond peak) const;

  Model model_;
  int floor_;
  double factor_;
  BytesPerSecond threshold_;
  BytesPerSecond divisor_;
};

/// Counts stop here: above, the answer says only that the setting or the load is absurd.
inline constexpr int partitions_max = 1'000'000;

}  // namespace partwise::sizing
