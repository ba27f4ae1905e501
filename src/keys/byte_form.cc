#include "keys/byte_form.h"

#include <limits>

#include <fmt/format.h>

namespace partwise::keys {
namespace {

constexpr unsigned bits_a_byte = 7;
constexpr unsigned word_bytes = 8;

}  // namespace

std::string_view name_of(SketchKind kind) {
  switch (kind) {
    case SketchKind::hyper_log_log:
      return "sketch of distinct keys";
    case SketchKind::space_saving:
      return "sketch of heavy keys";
    case SketchKind::size_quantiles:
      return "sketch of sizes";
    case SketchKind::key_sample:
      return "sample of keys";
    case SketchKind::heat_map:
      return "heat map";
    case SketchKind::scan_summary:
      return "summary of a scan";
    case SketchKind::value_sample:
      return "sample of values";
    case SketchKind::scan_greeting:
      return "greeting";
    case SketchKind::scan_part:
      return "part of a scan";
  }
  return "sketch";
}

ByteWriter::ByteWriter(SketchKind kind, std::uint8_t version) {
  byte(static_cast<std::uint8_t>(kind));
  byte(version);
}

void ByteWriter::number(std::uint64_t value) {
  for (; value >= 0x80; value >>= bits_a_byte) byte(static_cast<std::uint8_t>(value | 0x80));
  byte(static_cast<std::uint8_t>(value));
}

void ByteWriter::signed_number(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  number(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::word(std::uint64_t value) {
  for (unsigned i = 0; i < word_bytes; ++i) byte(static_cast<std::uint8_t>(value >> 8 * i));
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  bytes_ += value;
}

ByteReader::ByteReader(std::string_view bytes, SketchKind kind, std::uint8_t version)
    : kind_(kind), rest_(bytes) {
  if (byte() != static_cast<std::uint8_t>(kind)) reject("is something else");
  const auto found = byte();
  if (found != version) reject(fmt::format("has version {}, not {}", found, version));
}

std::uint8_t ByteReader::byte() {
  if (failed()) return 0;
  if (rest_.empty()) {
    reject("ends early");
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += bits_a_byte) {
    const std::uint64_t next = byte();
    const std::uint64_t bits = next & 0x7f;
    if (bits << shift >> shift != bits) break;
    value |= bits << shift;
    if (next < 0x80) return failed() ? 0 : value;
  }
  reject("has a number of more than 64 bits");
  return 0;
}

std::int64_t ByteReader::signed_number() {
  const auto bits = number();
  return static_cast<std::int64_t>(bits >> 1 ^ (0 - (bits & 1)));
}

std::int64_t ByteReader::count() {
  const auto value = number();
  // Sums of two must be possible.
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 4)) {
    return static_cast<std::int64_t>(value);
  }
  reject(fmt::format("has a count of {}", value));
  return 0;
}

std::uint64_t ByteReader::word() {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < word_bytes; ++i) value |= std::uint64_t{byte()} << 8 * i;
  return failed() ? 0 : value;
}

std::string_view ByteReader::text() {
  const auto length = number();
  if (length > rest_.size()) reject("ends early");
  if (failed()) return {};
  const auto value = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return value;
}

std::size_t ByteReader::size(std::size_t most) {
  const auto value = number();
  if (value > most) reject(fmt::format("has {} of what may be {} at most", value, most));
  if (value > rest_.size()) reject("ends early");
  return failed() ? 0 : static_cast<std::size_t>(value);
}

void ByteReader::reject(std::string_view what) {
  if (!failed()) wrong_ = what;
}

Result<> ByteReader::finished() {
  if (!failed() && !rest_.empty()) reject(fmt::format("has {} bytes too many", rest_.size()));
  if (!failed()) return {};
  return fail(ErrorKind::corrupt,
              fmt::format("the {} from another process {}", name_of(kind_), wrong_),
              "run the same version of partwise in all processes of a scan");
}

}  // namespace partwise::keys
