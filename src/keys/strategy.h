// Ways to choose a partition for a record, as `partwise keys` names them.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "keys/partitioner.h"

namespace partwise::keys {

/// round_robin, sticky_batches and sticky_bytes look at no key. sticky_batches: a batch of records
/// stays on one partition, and the next goes to another (KIP-480). sticky_bytes: a partition
/// changes after so many bytes, and the next may be the same (KIP-794). range: the keys in order,
/// cut into chunks. salted: murmur2, and the hot keys with one of k numbers behind them.
/// two_choices: murmur2, and the hot keys to the emptier of the partitions that murmur2 and murmur3
/// name.
enum class Strategy {
  murmur2,
  crc32,
  fnv1a,
  murmur3,
  round_robin,
  sticky_batches,
  sticky_bytes,
  range,
  salted,
  two_choices
};

inline constexpr std::array<Strategy, 10> all_strategies = {
    Strategy::murmur2,     Strategy::crc32,          Strategy::fnv1a,        Strategy::murmur3,
    Strategy::round_robin, Strategy::sticky_batches, Strategy::sticky_bytes, Strategy::range,
    Strategy::salted,      Strategy::two_choices};

std::string_view name_of(Strategy strategy);
std::optional<Strategy> strategy_from_text(std::string_view text);

/// Where a strategy is a hash of the key and nothing else.
std::optional<Partitioner> partitioner_of(Strategy strategy);

/// Looks at the key of a record at all.
bool is_keyed(Strategy strategy);

/// All records of a key are on one partition, in their order.
bool keeps_key_order(Strategy strategy);

/// Treats an empty key as none, as librdkafka's default does.
bool ignores_empty_keys(Strategy strategy);

}  // namespace partwise::keys
