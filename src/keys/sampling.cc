#include "keys/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "keys/spread.h"

namespace partwise::keys {
namespace {

// By which each partition's distance from the mean is multiplied.
double part_kept(std::span<const std::int64_t> counts, const Sampling& sampling) {
  if (counts.size() < 2) return 1;
  const auto partitions = static_cast<double>(counts.size());
  const double sd = spread_of(counts).sd_population;
  const double squares = sd * sd * partitions;
  if (squares <= 0) return 1;
  // Of independent keys, each partition has the P-th part; the mean takes one of P from the sum.
  const double off_the_mean = 1 - 1 / partitions;
  const double wanted =
      std::max(squares - sampling.added_squares() * off_the_mean, sampling.squares * off_the_mean);
  return std::min(1.0, std::sqrt(wanted / squares));
}

std::vector<std::int64_t> beside(std::span<const std::int64_t> counts,
                                 std::span<const std::int64_t> whole) {
  std::vector<std::int64_t> drawn(counts.size());
  std::transform(counts.begin(), counts.end(), whole.begin(), drawn.begin(), std::minus<>());
  return drawn;
}

void put_together(std::span<std::int64_t> counts, std::span<const std::int64_t> whole,
                  std::span<const std::int64_t> drawn) {
  std::transform(whole.begin(), whole.end(), drawn.begin(), counts.begin(), std::plus<>());
}

// Rounded so that the sum stays.
void bring_nearer(std::span<std::int64_t> counts, double part) {
  const double mean = spread_of(counts).mean;
  double exact = 0;
  std::int64_t given = 0;
  for (auto& count : counts) {
    exact += mean + (static_cast<double>(count) - mean) * part;
    count = std::llround(exact) - given;
    given += count;
  }
}

}  // namespace

std::int64_t all_keys(const KeyWeights& weights, const Sampling& sampling) {
  return weights.keys() + sampling.unseen;
}

double all_effective_keys(const KeyWeights& weights, const Sampling& sampling) {
  if (weights.keys() == 0) return 0;
  return weights.sum() * weights.sum() / (weights.squares() - sampling.added_squares());
}

double cv_percent_by_chance(const KeyWeights& weights, int partitions, const Sampling& sampling,
                            double split) {
  if (partitions == 1 || weights.keys() == 0) return 0;
  const double squares = weights.squares() - sampling.added_squares() - split;
  return 100 * std::sqrt(partitions * squares) / weights.sum();
}

void even_out(std::span<std::int64_t> counts, std::span<const std::int64_t> whole,
              const Sampling& sampling) {
  auto drawn = beside(counts, whole);
  bring_nearer(drawn, part_kept(drawn, sampling));
  put_together(counts, whole, drawn);
}

void even_out(Load& load, const Load& whole, const Sampling& sampling) {
  auto records = beside(load.records, whole.records);
  auto bytes = beside(load.key_bytes, whole.key_bytes);
  const double part = part_kept(records, sampling);
  bring_nearer(records, part);
  bring_nearer(bytes, part);
  put_together(load.records, whole.records, records);
  put_together(load.key_bytes, whole.key_bytes, bytes);
}

}  // namespace partwise::keys
