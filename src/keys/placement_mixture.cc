#include "keys/placement_mixture.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace partwise::keys {
namespace {

constexpr int steps_max = 1'000;
constexpr int steps_of_others = 30;
constexpr double still = 1e-8;  // a step that changes no share by more is the last
// Half of the 95 % point of chi-squared with one degree of freedom.
constexpr double too_unlikely = 1.9207;
constexpr int halvings = 12;

template <class Visit>
void for_each_rule(std::uint32_t agrees, const Visit& visit) {
  for (; agrees != 0; agrees &= agrees - 1) {
    visit(static_cast<std::size_t>(std::countr_zero(agrees)));
  }
}

// Sets one share; what is left goes to the others as they were to each other.
void hold(std::vector<double>& shares, std::size_t index, double share) {
  shares[index] = 0;
  const double others = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (auto& other : shares) {
    other = others > 0 ? other * (1 - share) / others
                       : (1 - share) / static_cast<double>(shares.size() - 1);
  }
  shares[index] = share;
}

}  // namespace

PlacementMixture::PlacementMixture(std::size_t rules, int partitions)
    : rules_(rules), partitions_(static_cast<std::size_t>(partitions)) {
  CHECK(rules <= rules_max && partitions > 0);
}

void PlacementMixture::add(std::uint32_t agrees, int partition, std::int64_t records) {
  auto& group = groups_[{agrees, partition}];
  group.placements += 1;
  group.records += static_cast<double>(records);
}

double PlacementMixture::likelihood(const Pattern& pattern, const Fit& fit) {
  double sum = fit.shares.back() * fit.tastes[static_cast<std::size_t>(pattern.partition)];
  for_each_rule(pattern.agrees, [&](std::size_t rule) { sum += fit.shares[rule]; });
  return sum;
}

void PlacementMixture::fit() {
  CHECK(!groups_.empty());
  of_placements_ = fitted(&Group::placements);
  of_records_ = fitted(&Group::records);
  best_ = log_likelihood(of_placements_);
}

PlacementMixture::Fit PlacementMixture::fitted(double Group::* weight) const {
  Fit fit;
  fit.shares.assign(rules_ + 1, 1 / static_cast<double>(rules_ + 1));
  fit.tastes.assign(partitions_, 1 / static_cast<double>(partitions_));
  for (int i = 0; i < steps_max && step(fit, weight) > still; ++i) {
  }
  return fit;
}

// What each rule most likely made becomes its share.
double PlacementMixture::step(Fit& fit, double Group::* weight) const {
  std::vector<double> made(rules_ + 1);
  std::vector<double> by_unknown(partitions_, 1);  // one more on each: no partition is ruled out
  double all = 0;
  for (const auto& [pattern, group] : groups_) {
    const double each = group.*weight / likelihood(pattern, fit);
    for_each_rule(pattern.agrees, [&](std::size_t rule) { made[rule] += each * fit.shares[rule]; });
    const auto partition = static_cast<std::size_t>(pattern.partition);
    const double unknown = each * fit.shares.back() * fit.tastes[partition];
    made.back() += unknown;
    by_unknown[partition] += unknown;
    all += group.*weight;
  }
  double change = 0;
  for (std::size_t i = 0; i <= rules_; ++i) {
    change = std::max(change, std::abs(made[i] / all - fit.shares[i]));
    fit.shares[i] = made[i] / all;
  }
  const double sum = made.back() + static_cast<double>(partitions_);
  for (std::size_t p = 0; p < partitions_; ++p) fit.tastes[p] = by_unknown[p] / sum;
  return change;
}

double PlacementMixture::log_likelihood(const Fit& fit) const {
  double sum = 0;
  for (const auto& [pattern, group] : groups_) {
    const double f = likelihood(pattern, fit);
    if (f <= 0) return -std::numeric_limits<double>::infinity();
    sum += group.placements * std::log(f);
  }
  return sum;
}

double PlacementMixture::unknown_chance(std::uint32_t agrees, int partition) const {
  return of_placements_.shares.back() * of_placements_.tastes[static_cast<std::size_t>(partition)] /
         likelihood({agrees, partition}, of_placements_);
}

// The likelihood with one share held and the others at their best.
double PlacementMixture::best_with(std::size_t index, double share) const {
  auto fit = of_placements_;
  hold(fit.shares, index, share);
  double reached = log_likelihood(fit);
  for (int i = 0; i < steps_of_others && best_ - reached > too_unlikely; ++i) {
    if (!std::isfinite(reached)) return reached;
    step(fit, &Group::placements);
    fit.tastes = of_placements_.tastes;
    hold(fit.shares, index, share);
    reached = log_likelihood(fit);
  }
  return reached;
}

Interval PlacementMixture::limits(std::size_t index) const {
  const double share = of_placements_.shares[index];
  const auto limit_towards = [&](double edge) {
    if (best_ - best_with(index, edge) <= too_unlikely) return edge;
    double inside = share;
    double outside = edge;
    for (int i = 0; i < halvings; ++i) {
      const double middle = (inside + outside) / 2;
      (best_ - best_with(index, middle) <= too_unlikely ? inside : outside) = middle;
    }
    return outside;
  };
  return {share, limit_towards(0), limit_towards(1)};
}

}  // namespace partwise::keys
