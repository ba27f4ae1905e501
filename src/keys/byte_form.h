// How sketches go from one process to another: small numbers in few bytes, and a head that says
// what it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace partwise::keys {

/// What a byte form is of. The numbers are on the wire: never given twice.
enum class SketchKind : std::uint8_t {
  hyper_log_log = 1,
  space_saving = 2,
  size_quantiles = 3,
  key_sample = 4,
  heat_map = 5,
  scan_summary = 6,
  value_sample = 7,
  scan_greeting = 20,
  scan_part = 21
};

std::string_view name_of(SketchKind kind);

/// threads: one at a time
class ByteWriter {
 public:
  /// Two bytes: the kind and its version.
  ByteWriter(SketchKind kind, std::uint8_t version);

  void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  /// Seven bits a byte, the lowest first, as Kafka and protobuf have it.
  void number(std::uint64_t value);
  /// Small numbers below 0 are short as well: zigzag.
  void signed_number(std::int64_t value);
  /// Eight bytes, little endian.
  void word(std::uint64_t value);
  void text(std::string_view value);

  [[nodiscard]] std::string taken() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what a ByteWriter wrote. After the first thing that is not possible, all that is read is 0
/// or empty, and finished() says what it was: a reader needs no check between.
///
/// threads: one at a time
class ByteReader {
 public:
  ByteReader(std::string_view bytes, SketchKind kind, std::uint8_t version);

  std::uint8_t byte();
  std::uint64_t number();
  std::int64_t signed_number();
  /// A number from 0.
  std::int64_t count();
  std::uint64_t word();
  std::string_view text();
  /// A number of things that follow, each of at least one byte: no more than there are bytes left,
  /// so that nothing is allocated because of a number alone.
  std::size_t size(std::size_t most);

  /// Says that what was read cannot be.
  void reject(std::string_view what);
  [[nodiscard]] bool failed() const { return !wrong_.empty(); }

  /// errors: corrupt, where something was not possible, or bytes are left
  [[nodiscard]] Result<> finished();

 private:
  SketchKind kind_;
  std::string_view rest_;
  std::string wrong_;
};

}  // namespace partwise::keys
