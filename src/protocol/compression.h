// The codecs of Kafka's record batches, on bytes in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::protocol {

/// Numbered as in the attributes of a batch, named as in the setting compression.type.
enum class Codec : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

std::string_view name_of(Codec codec);
std::optional<Codec> codec_named(std::string_view name);
std::optional<Codec> codec_numbered(int number);

/// Snappy as one raw block, LZ4 as frames of independent blocks of 64 KiB: what both Java's client
/// and librdkafka read. `limit` when there are more bytes than a batch can hold (2 GiB).
Result<std::string> compressed(Codec codec, std::string_view bytes);

/// Snappy may be one raw block (librdkafka) or xerial's framing (Java); of the others, several
/// streams may follow one another. `corrupt` when the bytes are no such stream or end early;
/// `limit` as soon as there is more than `limit` bytes of output, so that a few bytes cannot claim
/// all memory.
Result<std::string> decompressed(Codec codec, std::string_view bytes, std::size_t limit);

}  // namespace partwise::protocol
