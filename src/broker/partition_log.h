// The log of one partition, whatever it is kept in.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "protocol/bytes.h"
#include "protocol/record_reader.h"

namespace partwise::broker {

using OffsetAndTime = protocol::OffsetAndTime;

/// threads: owner only
class PartitionLog {
 public:
  virtual ~PartitionLog() = default;

  /// The first offset that can be read.
  [[nodiscard]] virtual std::int64_t start() const = 0;
  /// The offset that the next record gets: the high watermark, for there is no replica to wait for.
  [[nodiscard]] virtual std::int64_t end() const = 0;

  /// Whole batches, from the one that holds `from`, as many as fit into `most` bytes. The first is
  /// there also when it alone is larger, if `at_least_one`. `from` is in start() .. end().
  [[nodiscard]] virtual std::vector<protocol::Slice> read(std::int64_t from, std::size_t most,
                                                          bool at_least_one) const = 0;

  /// The first record with this timestamp or a later one.
  [[nodiscard]] virtual std::optional<OffsetAndTime> first_at(std::int64_t timestamp) const = 0;
  /// The record with the latest timestamp, the first of several.
  [[nodiscard]] virtual std::optional<OffsetAndTime> latest() const = 0;

  /// Of all batches that can be read.
  [[nodiscard]] virtual std::int64_t stored_bytes() const = 0;

  /// Raises start() to `offset`, which is in start() .. end().
  virtual void delete_before(std::int64_t offset) = 0;

  /// When the next record comes without anyone producing it; empty: never.
  [[nodiscard]] virtual std::optional<Instant> next_arrival() const = 0;
};

}  // namespace partwise::broker
