// The checksum of Kafka's record batches: CRC-32C (Castagnoli).
#pragma once

#include <cstdint>
#include <string_view>

namespace partwise::protocol {

/// Of at most 2 GiB - 1; by what the CPU has for it.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace partwise::protocol
