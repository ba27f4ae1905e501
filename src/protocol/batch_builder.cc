#include "protocol/batch_builder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

namespace partwise::protocol {
namespace {

constexpr std::size_t most_bytes = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t absent = -1;
// A builder that has made a larger batch gives its memory back.
constexpr std::size_t kept_max = 1 << 20;

/// Small numbers of either sign become small ones without.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::size_t varint_size(std::int64_t value) {
  return (static_cast<std::size_t>(std::bit_width(zigzag(value) | 1)) + 6) / 7;
}

char* write_varint(char* to, std::int64_t value) {
  auto raw = zigzag(value);
  for (; raw >= 0x80; raw >>= 7) *to++ = static_cast<char>(raw | 0x80);
  *to++ = static_cast<char>(raw);
  return to;
}

char* write_bytes(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

char* write_sized(char* to, std::optional<std::string_view> bytes) {
  if (!bytes) return write_varint(to, absent);
  return write_bytes(write_varint(to, static_cast<std::int64_t>(bytes->size())), *bytes);
}

std::size_t sized_size(std::optional<std::size_t> size) {
  return size ? varint_size(static_cast<std::int64_t>(*size)) + *size : varint_size(absent);
}

std::optional<std::size_t> size_of(std::optional<std::string_view> bytes) {
  return bytes ? std::optional(bytes->size()) : std::nullopt;
}

/// With their count.
std::size_t headers_size(std::span<const RecordHeader> headers) {
  std::size_t size = varint_size(std::ssize(headers));
  for (const auto& header : headers) {
    size += sized_size(header.key.size()) + sized_size(size_of(header.value));
  }
  return size;
}

/// Of a record, without its own length.
std::size_t body_size(std::int64_t timestamp_delta, std::int32_t offset_delta,
                      std::optional<std::size_t> key_size, std::optional<std::size_t> value_size,
                      std::size_t header_bytes) {
  constexpr std::size_t attributes_size = 1;
  return attributes_size + varint_size(timestamp_delta) + varint_size(offset_delta) +
         sized_size(key_size) + sized_size(value_size) + header_bytes;
}

}  // namespace

std::size_t record_size(std::int64_t timestamp_delta, std::int32_t offset_delta,
                        std::optional<std::size_t> key_size,
                        std::optional<std::size_t> value_size) {
  const auto body =
      body_size(timestamp_delta, offset_delta, key_size, value_size, headers_size({}));
  return sized_size(body);
}

BatchBuilder::BatchBuilder(std::size_t room) : room_(std::max(room, batch_header_size)) {}

void BatchBuilder::extend(std::size_t size) {
  CHECK(size <= most_bytes - used_);
  const auto needed = used_ + size;
  if (needed <= capacity_) return;
  const auto capacity = std::max({needed, 2 * capacity_, room_});
  auto grown = std::make_unique_for_overwrite<char[]>(capacity);
  if (!empty()) std::memcpy(grown.get(), buffer_.get(), used_);
  buffer_ = std::move(grown);
  capacity_ = capacity;
}

/// Writes all that stands before the value's bytes, and finds room for the rest.
char* BatchBuilder::start_record(std::int64_t timestamp, std::optional<std::string_view> key,
                                 std::optional<std::size_t> value_size, std::size_t header_bytes) {
  if (empty()) base_timestamp_ = max_timestamp_ = timestamp;
  max_timestamp_ = std::max(max_timestamp_, timestamp);
  const auto timestamp_delta = wrapping_difference(timestamp, base_timestamp_);
  const auto body = body_size(timestamp_delta, count_, size_of(key), value_size, header_bytes);
  const auto size = sized_size(body);
  extend(size);
  char* to = write_varint(buffer_.get() + used_, static_cast<std::int64_t>(body));
  *to++ = 0;  // attributes
  to = write_varint(to, timestamp_delta);
  to = write_varint(to, count_);
  to = write_sized(to, key);
  to = write_varint(to, value_size ? static_cast<std::int64_t>(*value_size) : absent);
  used_ += size;
  ++count_;
  return to;
}

void BatchBuilder::add(std::int64_t timestamp, std::optional<std::string_view> key,
                       std::optional<std::string_view> value,
                       std::span<const RecordHeader> headers) {
  char* to = start_record(timestamp, key, size_of(value), headers_size(headers));
  to = write_bytes(to, value.value_or(std::string_view()));
  to = write_varint(to, std::ssize(headers));
  for (const auto& header : headers) to = write_sized(write_sized(to, header.key), header.value);
}

std::span<char> BatchBuilder::add_sized(std::int64_t timestamp, std::optional<std::string_view> key,
                                        std::size_t value_size) {
  char* value = start_record(timestamp, key, value_size, headers_size({}));
  write_varint(value + value_size, 0);
  return {value, value_size};
}

std::string BatchBuilder::finish(Codec codec, const BatchIdentity& identity) {
  CHECK(!empty());
  const std::string_view records(buffer_.get() + batch_header_size, used_ - batch_header_size);
  std::string batch;
  if (codec == Codec::none) {
    batch.reserve(used_);
    batch.append(batch_header_size, '\0').append(records);
  } else {
    const auto smaller = compressed(codec, records);
    CHECK(smaller);
    batch.reserve(batch_header_size + smaller->size());
    batch.append(batch_header_size, '\0').append(*smaller);
  }
  BatchHeader header;
  header.base_offset = identity.base_offset;
  header.leader_epoch = identity.leader_epoch;
  header.attributes = static_cast<std::int16_t>(codec);
  header.last_offset_delta = count_ - 1;
  header.base_timestamp = base_timestamp_;
  header.max_timestamp = max_timestamp_;
  header.producer_id = identity.producer_id;
  header.producer_epoch = identity.producer_epoch;
  header.base_sequence = identity.base_sequence;
  header.record_count = count_;
  write_header(batch, header);
  used_ = batch_header_size;
  count_ = 0;
  if (capacity_ > kept_max) {
    buffer_.reset();
    capacity_ = 0;
  }
  return batch;
}

}  // namespace partwise::protocol
