#include "keys/chance.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <boost/math/special_functions/gamma.hpp>

#include "base/check.h"
#include "base/random.h"

namespace partwise::keys {
namespace {

constexpr std::size_t most_heavy = 256;
constexpr int throws = 9'999;
// Of the sum of squares: below, the exact variance makes the approximation good.
constexpr double heavy_part = 0.01;
constexpr std::uint64_t seed = 794;

double squares_off_the_mean(std::span<const std::int64_t> counts) {
  double sum = 0;
  for (const auto n : counts) sum += static_cast<double>(n);
  const double mean = sum / static_cast<double>(counts.size());
  double squares = 0;
  for (const auto n : counts) {
    const double off = static_cast<double>(n) - mean;
    squares += off * off;
  }
  return squares;
}

// Two keys meet on a partition with chance 1 / P, and pairs meet independently of each other: so
// the variance of the sum of squares is exact. With S2 and S4 the sums of squares and fourth powers
// of the weights, P / S2 times the sum has the mean P - 1 and the variance 2 (P - 1) (1 - S4 /
// S2²).
double tail_by_moments(const KeyWeights& weights, double partitions, double squares) {
  const double x = squares * partitions / weights.squares();
  const double mean = partitions - 1;
  const double variance =
      2 * mean * (1 - weights.fourth_powers() / (weights.squares() * weights.squares()));
  return boost::math::gamma_q(mean * mean / variance, x * mean / variance);
}

/// For the standard library's distributions.
struct Bits {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~std::uint64_t{0}; }
  result_type operator()() const { return random->next(); }
  Random* random;
};

/// The heaviest keys thrown one by one; the others together move partitions like a normal variable
/// that sums to nothing.
class Thrown {
 public:
  Thrown(const KeyWeights& weights, std::size_t partitions)
      : heavy_(weights.heaviest()),
        loads_(partitions),
        squares_of_others_(weights.squares()),
        random_(seed) {
    for (const double weight : heavy_) squares_of_others_ -= weight * weight;
    squares_of_others_ =
        weights.keys() > std::ssize(heavy_) ? std::max(0.0, squares_of_others_) : 0;
  }

  /// The sum of squares off the mean, of one throw.
  double next() {
    double sum = 0;
    double squares = 0;
    touched_.clear();
    for (const double weight : heavy_) {
      const auto at = static_cast<std::size_t>(random_.below(std::ssize(loads_)));
      squares += (2 * loads_[at] + weight) * weight;
      if (loads_[at] == 0) touched_.push_back(at);
      loads_[at] += weight;
      sum += weight;
    }
    for (const auto at : touched_) loads_[at] = 0;
    const auto partitions = static_cast<double>(loads_.size());
    return with_others(std::max(0.0, squares - sum * sum / partitions), partitions);
  }

 private:
  // Of P - 1 directions, one is that of the heavy keys' own unevenness.
  double with_others(double squares, double partitions) {
    if (squares_of_others_ <= 0) return squares;
    const double sd = std::sqrt(squares_of_others_ / partitions);
    Bits bits{&random_};
    const double along = std::sqrt(squares) + sd * std::normal_distribution<double>()(bits);
    double across = 0;
    if (partitions > 2) across = std::gamma_distribution<double>((partitions - 2) / 2, 2)(bits);
    return along * along + sd * sd * across;
  }

  std::span<const double> heavy_;
  std::vector<double> loads_;
  std::vector<std::size_t> touched_;
  double squares_of_others_;
  Random random_;
};

double tail_by_throws(const KeyWeights& weights, std::size_t partitions, double squares) {
  Thrown thrown(weights, partitions);
  // Sums of the same weights in another order differ in the last bits.
  const double least = squares * (1 - 1e-9);
  int as_uneven = 0;
  for (int i = 0; i < throws; ++i) as_uneven += thrown.next() >= least ? 1 : 0;
  return (1.0 + as_uneven) / (1.0 + throws);
}

}  // namespace

void KeyWeights::add(double weight, std::int64_t keys) {
  CHECK(weight > 0 && keys >= 0);
  const auto n = static_cast<double>(keys);
  keys_ += keys;
  sum_ += n * weight;
  squares_ += n * weight * weight;
  fourth_powers_ += n * weight * weight * weight * weight;
  for (auto i = std::min<std::int64_t>(keys, most_heavy); i > 0; --i) keep(weight);
}

void KeyWeights::keep(double weight) {
  const std::greater<> lightest_first;
  if (heaviest_.size() == most_heavy) {
    if (heaviest_.front() >= weight) return;
    std::pop_heap(heaviest_.begin(), heaviest_.end(), lightest_first);
    heaviest_.back() = weight;
  } else {
    heaviest_.push_back(weight);
  }
  std::push_heap(heaviest_.begin(), heaviest_.end(), lightest_first);
}

double KeyWeights::heaviest_share() const {
  if (keys_ == 0) return 0;
  return *std::max_element(heaviest_.begin(), heaviest_.end()) / sum_;
}

double KeyWeights::effective_keys() const { return keys_ == 0 ? 0 : sum_ * sum_ / squares_; }

double cv_percent_by_chance(const KeyWeights& weights, int partitions) {
  CHECK(partitions > 0);
  if (partitions == 1 || weights.keys() == 0) return 0;
  return 100 * std::sqrt(partitions / weights.effective_keys());
}

double p_value_of(const KeyWeights& weights, std::span<const std::int64_t> counts) {
  CHECK(!counts.empty());
  if (counts.size() == 1 || weights.keys() == 0) return 1;
  const double squares = squares_off_the_mean(counts);
  const double heaviest = weights.heaviest_share() * weights.sum();
  if (heaviest * heaviest < heavy_part * weights.squares()) {
    return tail_by_moments(weights, static_cast<double>(counts.size()), squares);
  }
  return tail_by_throws(weights, counts.size(), squares);
}

}  // namespace partwise::keys
