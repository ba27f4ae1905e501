// How many records go to each partition, by the placing hashes of their keys.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "keys/eight_lanes.h"

namespace partwise::keys {

/// Adds each key's records to the partition that its hash goes to.
///
/// shape:   records has one number for each hash, or is empty: one each. counts[p] is partition
///          p's; their number is `partitions`, which must be positive.
/// threads: any
void add_counts(std::span<const std::uint32_t> hashes, std::span<const std::int64_t> records,
                int partitions, std::span<std::int64_t> counts,
                Processor processor = Processor::best);

/// What add_counts counts for each of several numbers of partitions: result[i] is that of
/// partition_counts[i].
///
/// threads: any
/// cost:    hashes times numbers, about 0.6 ns each; the hashes come from memory once
std::vector<std::vector<std::int64_t>> counts_of_each(std::span<const std::uint32_t> hashes,
                                                      std::span<const std::int64_t> records,
                                                      std::span<const int> partition_counts,
                                                      Processor processor = Processor::best);

}  // namespace partwise::keys
