// Keys of which some were drawn to stand for all.
#pragma once

#include <cstdint>
#include <span>

#include "keys/chance.h"
#include "keys/load.h"

namespace partwise::keys {

/// Part of a set's keys were drawn evenly from more, and are counted with as many records as those
/// they stand for. That alone makes partitions more uneven than all keys would: docs/model.md
/// derives by how much.
struct Sampling {
  double fraction = 1;             ///< of the keys that were drawn from; 1: all of them are there
  std::int64_t whole = INT64_MAX;  ///< the first so many keys of the set stand for themselves
  std::int64_t unseen = 0;         ///< estimated keys that were not drawn
  /// Estimated sum of the squared records of all keys that were drawn from.
  double squares = 0;

  /// What the drawing adds to the sum of the squares of the set's weights.
  [[nodiscard]] double added_squares() const { return squares * (1 - fraction) / fraction; }
};

/// How many keys the set stands for, and how many equal ones would be as uneven as those.
std::int64_t all_keys(const KeyWeights& weights, const Sampling& sampling);
double all_effective_keys(const KeyWeights& weights, const Sampling& sampling);

/// As of the weights alone, for all keys that they stand for; `split`: what the sum of their
/// squares loses by keys that are split.
double cv_percent_by_chance(const KeyWeights& weights, int partitions, const Sampling& sampling,
                            double split = 0);

/// Of what lies on each partition beside `whole`, which keys have that stand for themselves: brings
/// it nearer to its mean, so that its expected variance is that of all keys; never below what
/// chance makes of those that were drawn from. The sum stays.
void even_out(std::span<std::int64_t> counts, std::span<const std::int64_t> whole,
              const Sampling& sampling);
void even_out(Load& load, const Load& whole, const Sampling& sampling);

}  // namespace partwise::keys
