// The log of a partition that is produced to: batches in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/partition_log.h"
#include "broker/producer_states.h"
#include "broker/stored_memory.h"
#include "broker/topic_config.h"
#include "protocol/error_code.h"
#include "protocol/record_batch.h"

namespace partwise::broker {

/// What became of a batch that was to be appended.
struct Appended {
  protocol::ErrorCode error = protocol::ErrorCode::none;
  std::string message;  ///< of an error, for people
  std::int64_t base_offset = -1;
  std::int64_t append_time = -1;  ///< where the log stamps its records itself
};

class StoredLog final : public PartitionLog {
 public:
  /// rules: of the topic; all three outlive the log
  StoredLog(const LogRules& rules, StoredMemory& memory, const Clock& clock)
      : rules_(rules), memory_(memory), clock_(clock) {}
  ~StoredLog() override;
  StoredLog(const StoredLog&) = delete;
  StoredLog& operator=(const StoredLog&) = delete;

  /// `records`: one batch, as a producer sends it. Nothing is kept when it fails.
  /// `frame`: what `records` is a part of, if that is known. Where it is little more than the
  /// batch, it is kept instead of a copy, and its bytes change.
  ///
  /// errors: as Kafka: corrupt_message, message_too_large, invalid_timestamp, invalid_record,
  ///         unsupported_compression_type and those of sequence numbers
  Appended append(std::string_view records, std::int32_t leader_epoch,
                  const std::shared_ptr<std::string>& frame = {});

  [[nodiscard]] std::int64_t start() const override { return start_; }
  [[nodiscard]] std::int64_t end() const override { return end_; }
  [[nodiscard]] std::vector<protocol::Slice> read(std::int64_t from, std::size_t most,
                                                  bool at_least_one) const override;
  [[nodiscard]] std::optional<OffsetAndTime> first_at(std::int64_t timestamp) const override;
  [[nodiscard]] std::optional<OffsetAndTime> latest() const override;
  [[nodiscard]] std::int64_t stored_bytes() const override { return stored_bytes_; }
  void delete_before(std::int64_t offset) override;
  [[nodiscard]] std::optional<Instant> next_arrival() const override { return std::nullopt; }

  /// Drops what retention.ms and retention.bytes do not keep, where cleanup.policy says delete.
  void apply_retention();

  /// Drops the oldest batch, of which there is one.
  void drop_oldest();

 private:
  struct Batch {
    protocol::Slice stored;
    std::int64_t base_offset = 0;
    std::int64_t last_offset = 0;
    std::int64_t max_timestamp = 0;
    std::int64_t latest_so_far = 0;  ///< of this and all earlier batches, never falling
    StoredMemory::Turn turn = 0;
  };
  using Batches = std::deque<Batch>;

  struct Checked {
    Appended refusal;
    protocol::BatchHeader header;
  };
  [[nodiscard]] Checked checked(std::string_view records) const;
  [[nodiscard]] Appended judged(const protocol::BatchHeader& header, std::string_view batch) const;
  [[nodiscard]] static Appended judged_keys(std::string_view batch);
  struct OwnBytes {
    std::shared_ptr<std::string> owner;
    std::span<char> bytes;
  };
  [[nodiscard]] static OwnBytes own(std::string_view batch,
                                    const std::shared_ptr<std::string>& frame);
  void keep(const protocol::BatchHeader& header, const OwnBytes& own, std::int32_t leader_epoch,
            std::int64_t append_time);
  [[nodiscard]] Batches::const_iterator holding(std::int64_t offset) const;

  const LogRules& rules_;
  StoredMemory& memory_;
  const Clock& clock_;
  Batches batches_;
  ProducerStates producers_;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
  std::int64_t stored_bytes_ = 0;
};

}  // namespace partwise::broker
