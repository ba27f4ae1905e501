// The checksum of Kafka's record batches: CRC-32C (Castagnoli).
#pragma once

#include <cstdint>
#include <string_view>

namespace partwise::protocol {

/// By the CPU's own instruction where it has one (SSE 4.2), else by table.
std::uint32_t crc32c(std::string_view bytes);

/// The same by table: for CPUs without the instruction.
std::uint32_t crc32c_by_table(std::string_view bytes);

}  // namespace partwise::protocol
