#include "keys/hash_block.h"

#include "base/check.h"

namespace partwise::keys {

void placing_hashes(Partitioner partitioner, const KeyBlock& block, std::span<std::uint32_t> out,
                    Processor processor) {
  CHECK(out.size() == block.size());
  std::size_t done = 0;
  if (partitioner == Partitioner::murmur2 && has_eight_lanes(processor)) {
    done = murmur2_by_eights(block, out);
  }
  for (std::size_t i = done; i < block.size(); ++i) {
    out[i] = placing_hash(partitioner, block.key(i));
  }
}

}  // namespace partwise::keys
