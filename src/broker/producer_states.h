// What a partition remembers of idempotent producers, to know a batch that was sent twice.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "protocol/error_code.h"

namespace partwise::broker {

/// A batch of an idempotent producer, as its header tells it.
struct ProducerBatch {
  std::int64_t producer_id = -1;  ///< below zero: the producer is not idempotent
  std::int16_t epoch = -1;
  std::int32_t first_sequence = -1;
  std::int32_t record_count = 0;
};

/// source: KIP-98; Kafka's broker remembers the last five batches, as many as a client may have in
/// flight
class ProducerStates {
 public:
  struct Verdict {
    protocol::ErrorCode error = protocol::ErrorCode::none;
    std::int64_t duplicate_of = -1;  ///< the offset that it got when it came first
  };

  [[nodiscard]] Verdict judge(const ProducerBatch& batch) const;

  /// The batch was appended.
  void remember(const ProducerBatch& batch, std::int64_t base_offset);

 private:
  struct Kept {
    std::int32_t first_sequence;
    std::int32_t last_sequence;
    std::int64_t base_offset;
  };
  struct State {
    std::int16_t epoch = -1;
    std::deque<Kept> batches;
  };
  void forget_someone();

  std::unordered_map<std::int64_t, State> states_;
  std::deque<std::int64_t> order_;  ///< of first batches, oldest first
};

}  // namespace partwise::broker
