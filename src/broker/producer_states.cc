#include "broker/producer_states.h"

#include <algorithm>

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

constexpr std::size_t batches_kept = 5;
// A client that makes a producer for each record must not fill the memory.
constexpr std::size_t producers_kept = 10'000;

// Sequence numbers begin at 0 again after 2^31 - 1.
std::int32_t sequence_after(std::int32_t first, std::int32_t steps) {
  return static_cast<std::int32_t>((std::int64_t{first} + steps) & 0x7fffffff);
}

std::int32_t last_sequence(const ProducerBatch& batch) {
  return sequence_after(batch.first_sequence, std::max(batch.record_count, 1) - 1);
}

}  // namespace

ProducerStates::Verdict ProducerStates::judge(const ProducerBatch& batch) const {
  if (batch.producer_id < 0) return {};
  const auto found = states_.find(batch.producer_id);
  // Whatever an unknown producer sends first is taken: what is known of it may have been deleted.
  if (found == states_.end() || found->second.batches.empty()) return {};
  const auto& state = found->second;
  if (batch.epoch < state.epoch) return {ErrorCode::invalid_producer_epoch, -1};
  if (batch.epoch > state.epoch) {
    return {batch.first_sequence == 0 ? ErrorCode::none : ErrorCode::out_of_order_sequence_number,
            -1};
  }
  for (const auto& kept : state.batches) {
    if (kept.first_sequence == batch.first_sequence && kept.last_sequence == last_sequence(batch)) {
      return {ErrorCode::none, kept.base_offset};
    }
  }
  const bool next = batch.first_sequence == sequence_after(state.batches.back().last_sequence, 1);
  return {next ? ErrorCode::none : ErrorCode::out_of_order_sequence_number, -1};
}

void ProducerStates::remember(const ProducerBatch& batch, std::int64_t base_offset) {
  if (batch.producer_id < 0) return;
  if (!states_.contains(batch.producer_id)) {
    if (states_.size() >= producers_kept) forget_someone();
    order_.push_back(batch.producer_id);
  }
  auto& state = states_[batch.producer_id];
  if (state.epoch != batch.epoch) state = {batch.epoch, {}};
  state.batches.push_back({batch.first_sequence, last_sequence(batch), base_offset});
  if (state.batches.size() > batches_kept) state.batches.pop_front();
}

void ProducerStates::forget_someone() {
  states_.erase(order_.front());
  order_.pop_front();
}

}  // namespace partwise::broker
