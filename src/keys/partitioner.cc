#include "keys/partitioner.h"

#include <cstdint>

#include "base/check.h"
#include "keys/hash.h"

namespace partwise::keys {

std::uint32_t placing_hash(Partitioner partitioner, std::string_view key) {
  switch (partitioner) {
    case Partitioner::murmur2:
      return static_cast<std::uint32_t>(java_murmur2(key)) & 0x7fffffffU;
    case Partitioner::crc32:
      return crc32(key);
    case Partitioner::fnv1a: {
      // The absolute value of the signed hash, unlike the mask of murmur2.
      const auto hash = fnv1a(key);
      return (hash & 0x80000000U) != 0 ? 0 - hash : hash;
    }
    case Partitioner::murmur3:
      return murmur3(key);
  }
  return 0;
}

std::string_view name_of(Partitioner partitioner) {
  switch (partitioner) {
    case Partitioner::murmur2:
      return "murmur2";
    case Partitioner::crc32:
      return "crc32";
    case Partitioner::fnv1a:
      return "fnv1a";
    case Partitioner::murmur3:
      return "murmur3";
  }
  return "murmur2";
}

std::optional<Partitioner> partitioner_from_text(std::string_view text) {
  for (const auto partitioner :
       {Partitioner::murmur2, Partitioner::crc32, Partitioner::fnv1a, Partitioner::murmur3}) {
    if (name_of(partitioner) == text) return partitioner;
  }
  return std::nullopt;
}

int partition_of(Partitioner partitioner, std::string_view key, int partitions) {
  CHECK(partitions > 0);
  return static_cast<int>(placing_hash(partitioner, key) % static_cast<std::uint32_t>(partitions));
}

}  // namespace partwise::keys
