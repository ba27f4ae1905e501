// What chance alone does to partitions, where each key is thrown on one of them at random.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace partwise::keys {

/// What the keys of a topic weigh, in records or bytes, as far as chance depends on it.
///
/// threads: one at a time
class KeyWeights {
 public:
  /// `keys` keys of `weight` each, which must be above 0.
  void add(double weight, std::int64_t keys = 1);

  [[nodiscard]] std::int64_t keys() const { return keys_; }
  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] double squares() const { return squares_; }
  [[nodiscard]] double fourth_powers() const { return fourth_powers_; }
  /// In no order; at most 256.
  [[nodiscard]] std::span<const double> heaviest() const { return heaviest_; }
  /// 0 without keys.
  [[nodiscard]] double heaviest_share() const;
  /// The number of equal keys that would be as uneven as these: sum² / squares; 0 without keys.
  [[nodiscard]] double effective_keys() const;

 private:
  void keep(double weight);

  std::int64_t keys_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  double fourth_powers_ = 0;
  std::vector<double> heaviest_;  // a heap, the lightest first
};

/// The coefficient of variation (of the sample, in %) of the partitions that is to be expected of a
/// perfect hash: the root of the expected variance. docs/model.md derives it.
double cv_percent_by_chance(const KeyWeights& weights, int partitions);

/// The chance that a perfect hash spreads these keys as unevenly as `counts`, or more so: small
/// where something else than chance put them there. 1 for one partition and for no keys. A key that
/// carries most hides what becomes of the others: ask about them without it.
///
/// Where no key is heavy, the sum of squares is nearly a multiple of a chi-squared variable, whose
/// mean and variance are exact. Else the heaviest keys are thrown 10,000 times, from a fixed seed;
/// p is then at least 0.0001.
double p_value_of(const KeyWeights& weights, std::span<const std::int64_t> counts);

}  // namespace partwise::keys
