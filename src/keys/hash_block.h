// Hashes of many keys at once.
#pragma once

#include <cstdint>
#include <span>

#include "keys/eight_lanes.h"
#include "keys/key_block.h"
#include "keys/partitioner.h"

namespace partwise::keys {

/// The placing hash of each key of `block`; `out` has one place for each.
///
/// threads: any
void placing_hashes(Partitioner partitioner, const KeyBlock& block, std::span<std::uint32_t> out,
                    Processor processor = Processor::best);

}  // namespace partwise::keys
