// The hash by which sketches tell keys apart; no client places records by it.
#pragma once

#include <cstdint>
#include <string_view>

namespace partwise::keys {

/// XXH3, 64 bits, seed 0: the same in all processes, so that their sketches can be merged.
///
/// source: https://github.com/Cyan4973/xxHash
std::uint64_t key_hash(std::string_view key);

}  // namespace partwise::keys
