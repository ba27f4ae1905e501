// What is done for eight keys at once on processors with AVX2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "keys/fast_modulo.h"
#include "keys/key_block.h"

namespace partwise::keys {

/// best: what this processor can; any: what all can. The results are the same.
enum class Processor { best, any };

/// Whether `processor` has eight lanes. Without, nothing below may be called.
bool has_eight_lanes(Processor processor);

/// The placing hashes by murmur2 of the first keys of `block`: as many as there are whole eights,
/// which is the result. `out` has room for them.
///
/// threads: any
std::size_t murmur2_by_eights(const KeyBlock& block, std::span<std::uint32_t> out);

/// `out[i]` is the remainder of `hashes[i]`; they are equally long.
///
/// threads: any
void remainders_by_eights(std::span<const std::uint32_t> hashes, FastModulo modulo,
                          std::span<std::uint32_t> out);

}  // namespace partwise::keys
