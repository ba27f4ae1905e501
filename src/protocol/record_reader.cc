#include "protocol/record_reader.h"

#include <fmt/format.h>

#include "base/check.h"

namespace partwise::protocol {
namespace {

/// Reads on until something does not fit; from then on it is broken and every value is zero.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), start_(bytes.data()) {}

  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] std::size_t position() const { return static_cast<std::size_t>(at_ - start_); }

  void skip_byte() {
    if (at_end()) return break_off();
    ++at_;
  }

  /// Seven bits a byte, the lowest first; negative numbers are odd.
  std::int64_t varint() {
    constexpr unsigned most_shift = 63;
    std::uint64_t raw = 0;
    for (unsigned shift = 0; shift <= most_shift && !at_end(); shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      raw |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return static_cast<std::int64_t>((raw >> 1) ^ (0 - (raw & 1)));
    }
    break_off();
    return 0;
  }

  std::int32_t varint32() {
    const auto value = varint();
    if (value == static_cast<std::int32_t>(value)) return static_cast<std::int32_t>(value);
    break_off();
    return 0;
  }

  std::string_view bytes(std::int64_t size) {
    if (size < 0 || size > end_ - at_) {
      break_off();
      return {};
    }
    const std::string_view taken(at_, static_cast<std::size_t>(size));
    at_ += size;
    return taken;
  }

  /// Behind their length; -1: absent.
  std::optional<std::string_view> optional_bytes() {
    const auto size = varint32();
    if (size == -1) return std::nullopt;
    return bytes(size);
  }

 private:
  void break_off() {
    broken_ = true;
    at_ = end_;
  }

  const char* at_;
  const char* end_;
  const char* start_;
  bool broken_ = false;
};

RecordHeader next_header(Cursor& cursor) {
  const auto key = cursor.bytes(cursor.varint32());
  return {key, cursor.optional_bytes()};
}

}  // namespace

std::vector<RecordHeader> headers_of(const Record& record) {
  std::vector<RecordHeader> headers;
  headers.reserve(static_cast<std::size_t>(record.header_count));
  Cursor cursor(record.header_bytes);
  for (int i = 0; i < record.header_count; ++i) headers.push_back(next_header(cursor));
  CHECK(!cursor.broken());
  return headers;
}

Result<RecordReader> RecordReader::over(std::string_view bytes, std::size_t limit) {
  const BatchHeader header = TRY(parse_batch(bytes));
  const auto codec = header.codec();
  if (!codec) {
    return fail(ErrorKind::corrupt, fmt::format("the batch at offset {} has the unknown codec {}",
                                                header.base_offset, header.attributes & 7));
  }
  const auto stored = bytes.substr(batch_header_size, header.size - batch_header_size);
  if (codec == Codec::none) return RecordReader(header, stored, {});
  return RecordReader(header, {}, TRY(decompressed(*codec, stored, limit)));
}

std::string_view RecordReader::rest() const {
  const std::string_view all = header_.codec() == Codec::none ? plain_ : inflated_;
  return all.substr(at_);
}

bool RecordReader::next(Record& record) {
  if (read_ >= header_.record_count) return false;
  Cursor outer(rest());
  const auto body = outer.bytes(outer.varint32());
  Cursor cursor(body);
  cursor.skip_byte();  // attributes, of which none is in use
  const auto timestamp_delta = cursor.varint();
  const auto offset_delta = cursor.varint32();
  record.offset = wrapping_sum(header_.base_offset, offset_delta);
  record.timestamp = header_.log_append_time()
                         ? header_.max_timestamp
                         : wrapping_sum(header_.base_timestamp, timestamp_delta);
  record.key = cursor.optional_bytes();
  record.value = cursor.optional_bytes();
  record.header_count = cursor.varint32();
  const auto headers_start = cursor.position();
  for (int i = 0; i < record.header_count && !cursor.broken(); ++i) next_header(cursor);
  if (outer.broken() || cursor.broken() || !cursor.at_end() || record.header_count < 0) {
    return false;
  }
  record.header_bytes = body.substr(headers_start);
  at_ += outer.position();
  ++read_;
  return true;
}

Result<> RecordReader::finished() const {
  if (read_ == header_.record_count && rest().empty()) return {};
  return fail(ErrorKind::corrupt,
              fmt::format("of {} records in the batch at offset {}, {} could be read, before {} "
                          "bytes",
                          header_.record_count, header_.base_offset, read_, rest().size()));
}

Result<BatchHeader> produced_records(std::string_view bytes, std::size_t limit) {
  const BatchHeader header = TRY(produced_batch(bytes));
  std::int64_t expected = header.base_offset;
  bool in_order = true;
  TRY(for_each_record(bytes, limit, [&](const Record& record) {
    in_order = in_order && record.offset == expected;
    expected = wrapping_sum(expected, 1);
  }));
  if (!in_order) {
    return fail(ErrorKind::invalid_input,
                fmt::format("a batch of {} records was refused: their offsets have gaps",
                            header.record_count));
  }
  return header;
}

Result<std::optional<OffsetAndTime>> first_record_from(std::string_view bytes,
                                                       std::int64_t timestamp, std::size_t limit) {
  const BatchHeader header = TRY(parse_batch(bytes));
  if (header.max_timestamp < timestamp) return std::nullopt;
  auto reader = TRY(RecordReader::over(bytes, limit));
  Record record;
  while (reader.next(record)) {
    if (record.timestamp >= timestamp) return OffsetAndTime{record.offset, record.timestamp};
  }
  TRY(reader.finished());
  return std::nullopt;
}

Result<std::optional<OffsetAndTime>> latest_record(std::string_view bytes, std::size_t limit) {
  std::optional<OffsetAndTime> latest;
  TRY(for_each_record(bytes, limit, [&](const Record& record) {
    if (!latest || record.timestamp > latest->timestamp) {
      latest = OffsetAndTime{record.offset, record.timestamp};
    }
  }));
  return latest;
}

}  // namespace partwise::protocol
