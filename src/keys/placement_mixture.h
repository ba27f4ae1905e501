// What share of keys each of several rules placed, where a key can agree with rules by chance.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/units.h"

namespace partwise::keys {

/// Each placement was made by one of the rules, or by something unknown that has its own taste for
/// partitions. The shares are those of maximum likelihood, by expectation maximisation; their
/// limits follow from the curvature there. docs/model.md has the formulas.
///
/// threads: one at a time
class PlacementMixture {
 public:
  static constexpr std::size_t rules_max = 32;

  PlacementMixture(std::size_t rules, int partitions);

  /// Bit r of `agrees` says that rule r would put the key on `partition`, where it is.
  void add(std::uint32_t agrees, int partition, std::int64_t records);
  /// At least one placement must have been added.
  void fit();

  /// Of the placements, with 95 % limits.
  ///
  /// cost: as fit(), a few times
  [[nodiscard]] Interval share(std::size_t rule) const { return limits(rule); }
  [[nodiscard]] Interval unknown_share() const { return limits(rules_); }
  /// Of the records of these placements.
  [[nodiscard]] double record_share(std::size_t rule) const { return of_records_.shares[rule]; }
  [[nodiscard]] double unknown_record_share() const { return of_records_.shares[rules_]; }
  /// The chance that nothing known made such a placement.
  [[nodiscard]] double unknown_chance(std::uint32_t agrees, int partition) const;

 private:
  struct Pattern {
    std::uint32_t agrees = 0;
    int partition = 0;
    auto operator<=>(const Pattern&) const = default;
  };
  struct Group {
    double placements = 0;
    double records = 0;
  };
  struct Fit {
    std::vector<double> shares;  // of each rule, and of the unknown
    std::vector<double> tastes;  // of the unknown: its share of each partition
  };
  static double likelihood(const Pattern& pattern, const Fit& fit);
  [[nodiscard]] Fit fitted(double Group::* weight) const;
  double step(Fit& fit, double Group::* weight) const;
  [[nodiscard]] double log_likelihood(const Fit& fit) const;
  [[nodiscard]] double best_with(std::size_t index, double share) const;
  [[nodiscard]] Interval limits(std::size_t index) const;

  std::size_t rules_;
  std::size_t partitions_;
  std::map<Pattern, Group> groups_;
  Fit of_placements_;
  Fit of_records_;
  double best_ = 0;  // the log of the likelihood
};

}  // namespace partwise::keys
