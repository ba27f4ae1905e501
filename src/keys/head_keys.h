// What strategies do with the keys that have most records.
#pragma once

#include <cstdint>
#include <span>

#include "keys/key_set.h"
#include "keys/load.h"

namespace partwise::keys {

/// From so many records on, a key is at the head: more than a fifth of a partition's mean, at least
/// two.
///
/// source: M. A. U. Nasir et al., "When two choices are not enough", 2016: 1 / (5 P) of all
std::int64_t head_records(std::int64_t records, int partitions);

/// No more keys can be at the head.
std::size_t head_keys_max(int partitions);

/// Splits each of `heads` evenly over `ways` keys with a number behind them, "key#0"; `load` has
/// them where murmur2 puts them.
void salt(Load& load, std::span<const CountedKey> heads, int ways);

/// Splits each of `heads` over two partitions, the one that murmur2 names and another by murmur3:
/// each record goes to the emptier one. All keys' records are evenly mixed, in a thousand rounds.
/// `load` has them where murmur2 puts them.
void choose_of_two(Load& load, std::span<const CountedKey> heads);

}  // namespace partwise::keys
