// Writes record batches (magic 2), fast: one buffer for batch after batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/record_batch.h"
#include "protocol/record_reader.h"

namespace partwise::protocol {

/// Bytes of a record within a batch before compression, exactly: deltas are from the batch's first
/// record; sizes are absent for a null; without headers.
std::size_t record_size(std::int64_t timestamp_delta, std::int32_t offset_delta,
                        std::optional<std::size_t> key_size, std::optional<std::size_t> value_size);

/// What a batch says about itself besides its records.
struct BatchIdentity {
  std::int64_t base_offset = 0;
  std::int32_t leader_epoch = -1;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
};

/// Collects the records of one batch after the other. A batch has at most 2 GiB - 1.
class BatchBuilder {
 public:
  /// `room`: bytes that a batch usually takes; more is found when needed.
  explicit BatchBuilder(std::size_t room = 16'384);

  /// The n-th call makes the record with the offset base_offset + n - 1. `timestamp` in ms.
  void add(std::int64_t timestamp, std::optional<std::string_view> key,
           std::optional<std::string_view> value, std::span<const RecordHeader> headers = {});

  /// Adds a record whose value the caller then writes into the bytes returned, which may hold
  /// anything before. They stay until the next call of add, add_sized or finish.
  std::span<char> add_sized(std::int64_t timestamp, std::optional<std::string_view> key,
                            std::size_t value_size);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::int32_t record_count() const { return count_; }
  /// Bytes of the batch as it stands, uncompressed.
  [[nodiscard]] std::size_t size() const { return used_; }

  /// The batch, and the builder is empty again. There must be a record.
  std::string finish(Codec codec, const BatchIdentity& identity);
  std::string finish(Codec codec) { return finish(codec, BatchIdentity{}); }

 private:
  char* start_record(std::int64_t timestamp, std::optional<std::string_view> key,
                     std::optional<std::size_t> value_size, std::size_t header_bytes);
  void extend(std::size_t size);

  std::size_t room_;
  std::unique_ptr<char[]> buffer_;  // its header stays unwritten
  std::size_t capacity_ = 0;
  std::size_t used_ = batch_header_size;
  std::int32_t count_ = 0;
  std::int64_t base_timestamp_ = 0;
  std::int64_t max_timestamp_ = 0;
};

}  // namespace partwise::protocol
