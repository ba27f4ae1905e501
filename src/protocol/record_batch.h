// The head of a record batch (magic 2): what it says, whether it is sound, what a broker changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "protocol/compression.h"

namespace partwise::protocol {

/// Bytes before the first record.
inline constexpr std::size_t batch_header_size = 61;

/// Bits of BatchHeader::attributes; the lowest three are the codec.
inline constexpr std::int16_t log_append_time_bit = 1 << 3;
inline constexpr std::int16_t transactional_bit = 1 << 4;
inline constexpr std::int16_t control_bit = 1 << 5;

constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

constexpr std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// source: Kafka's documentation, "Implementation", "Message format"
struct BatchHeader {
  std::int64_t base_offset = 0;
  std::size_t size = 0;  ///< bytes of the whole batch, from its base offset on
  std::int32_t leader_epoch = -1;
  std::int8_t magic = 2;
  std::uint32_t crc = 0;  ///< CRC-32C of everything from the attributes on
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;
  std::int64_t base_timestamp = 0;  ///< ms since 1970, as all timestamps; -1: none
  std::int64_t max_timestamp = 0;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  std::int32_t record_count = 0;

  /// As record offsets and timestamps, it wraps around where a hostile batch would overflow it.
  [[nodiscard]] std::int64_t last_offset() const {
    return wrapping_sum(base_offset, last_offset_delta);
  }
  /// Nothing for numbers that stand for no codec.
  [[nodiscard]] std::optional<Codec> codec() const { return codec_numbered(attributes & 7); }
  [[nodiscard]] bool log_append_time() const { return (attributes & log_append_time_bit) != 0; }
  [[nodiscard]] bool transactional() const { return (attributes & transactional_bit) != 0; }
  [[nodiscard]] bool control() const { return (attributes & control_bit) != 0; }
};

/// Bytes of the batch at the front of `bytes` as it says itself, which may be more than there are:
/// a log that is read up to a limit ends within a batch. Nothing when `bytes` is too short to say;
/// `corrupt` when it says fewer than a header takes.
Result<std::optional<std::size_t>> batch_size(std::string_view bytes);

/// The batch at the front of `bytes`, all of which must be there; its neighbour begins `size`
/// bytes later. Only magic and sizes are looked at. `corrupt` when they are wrong.
Result<BatchHeader> parse_batch(std::string_view bytes);

/// `batch` from its base offset on, at least a header long; up to its end, nothing behind it.
bool crc_matches(std::string_view batch);

/// What a broker asks of a batch that a producer sends, without decompressing it: parse_batch, the
/// checksum, a known codec, as many records as offsets, room for them, timestamps in order, no
/// control records and no log append time (both are the broker's), a sequence if it has a
/// producer. `corrupt` when bytes were damaged (Kafka's CORRUPT_MESSAGE), `invalid_input` when
/// the producer wrote what it may not, an old format or less than a batch (INVALID_RECORD).
Result<BatchHeader> produced_batch(std::string_view bytes);

/// Writes the first 61 bytes of `batch`, the checksum and the size computed from its records,
/// which must be in place. header.size and header.crc are not looked at.
void write_header(std::span<char> batch, const BatchHeader& header);

/// What a broker sets in every batch that it takes. Neither is covered by the checksum.
void set_base_offset(std::span<char> batch, std::int64_t offset, std::int32_t leader_epoch);

/// Gives every record of the batch the time `timestamp`, and the batch a new checksum. `batch` must
/// end where the batch ends.
void set_log_append_time(std::span<char> batch, std::int64_t timestamp);

}  // namespace partwise::protocol
