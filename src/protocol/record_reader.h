// The records in a batch (magic 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "protocol/record_batch.h"

namespace partwise::protocol {

struct RecordHeader {
  std::string_view key;
  std::optional<std::string_view> value;
};

/// Views into the batch, or into the reader that decompressed it.
struct Record {
  std::int64_t offset = 0;
  std::int64_t timestamp = 0;  ///< ms; the batch's own where that has the log append time
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  int header_count = 0;
  std::string_view header_bytes;  ///< the headers as they lie in the batch, without their count
};

/// The headers of a record that a RecordReader has given out.
std::vector<RecordHeader> headers_of(const Record& record);

/// Reads a batch's records in order. Neither it nor `batch` may move or go while records are used.
class RecordReader {
 public:
  /// Over the batch at the front of `bytes`; its checksum is not looked at. Decompresses it to at
  /// most `limit` bytes. Errors as those of parse_batch and decompressed; `corrupt`, too, for an
  /// unknown codec.
  static Result<RecordReader> over(std::string_view bytes, std::size_t limit);

  [[nodiscard]] const BatchHeader& header() const { return header_; }

  /// The next record, or false: at the end and before the first record that cannot be read.
  bool next(Record& record);

  /// After next() was false: `corrupt` unless there were just as many records as the header says.
  [[nodiscard]] Result<> finished() const;

 private:
  RecordReader(const BatchHeader& header, std::string_view plain, std::string inflated)
      : header_(header), plain_(plain), inflated_(std::move(inflated)) {}
  [[nodiscard]] std::string_view rest() const;

  BatchHeader header_;
  std::string_view plain_;  // the records of a batch without a codec
  std::string inflated_;    // those of one with
  std::size_t at_ = 0;      // no pointer: a short string's bytes move with the reader
  std::int32_t read_ = 0;
};

/// Calls `visit`(const Record&) for each record; those before damage are visited, too.
template <class Visit>
Result<> for_each_record(std::string_view bytes, std::size_t limit, Visit&& visit) {
  auto reader = TRY(RecordReader::over(bytes, limit));
  Record record;
  while (reader.next(record)) visit(std::as_const(record));
  return reader.finished();
}

/// produced_batch, and besides that all records can be read, are as many as it says, and have the
/// offsets 0, 1, 2 ... from the batch's first. `limit` when they decompress to more than `limit`
/// bytes.
///
/// cost: decompression of the whole batch
Result<BatchHeader> produced_records(std::string_view bytes, std::size_t limit);

struct OffsetAndTime {
  std::int64_t offset = 0;
  std::int64_t timestamp = 0;
};

/// The first record, in the order of offsets, whose timestamp is `timestamp` or later. A batch
/// whose header names an earlier latest time is not decompressed.
Result<std::optional<OffsetAndTime>> first_record_from(std::string_view bytes,
                                                       std::int64_t timestamp, std::size_t limit);

/// The record with the largest timestamp, the first of them. Nothing in a batch without records.
Result<std::optional<OffsetAndTime>> latest_record(std::string_view bytes, std::size_t limit);

}  // namespace partwise::protocol
