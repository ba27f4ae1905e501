#include "broker/stored_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "protocol/record_reader.h"

namespace partwise::broker {
namespace {

using protocol::BatchHeader;
using protocol::ErrorCode;

// What a batch decompresses to at most: Kafka's clients refuse larger ones.
constexpr std::size_t decompressed_max = 512UL * 1024 * 1024;
// Of a request that is kept for the batch in it: the rest counts for nothing in the memory's limit.
constexpr double shared_part = 0.9;

ProducerBatch producer_batch(const BatchHeader& header) {
  return {header.producer_id, header.producer_epoch, header.base_sequence, header.record_count};
}

Appended refusal(ErrorCode error, std::string message) {
  return {error, std::move(message), -1, -1};
}

}  // namespace

StoredLog::~StoredLog() {
  if (!batches_.empty()) memory_.unset_oldest(batches_.front().turn);
  memory_.removed(stored_bytes_);
}

// What is wrong with one batch; without error when nothing is.
Appended StoredLog::judged(const BatchHeader& header, std::string_view batch) const {
  if (std::cmp_greater(header.size, rules_.max_message_bytes)) {
    return refusal(ErrorCode::message_too_large,
                   fmt::format("a batch of {} bytes, but max.message.bytes is {}", header.size,
                               rules_.max_message_bytes));
  }
  if (header.transactional()) {
    return refusal(ErrorCode::invalid_request, "transactions are not spoken here");
  }
  const auto now = clock_.now().time_since_epoch().count();
  if (!rules_.stamps_itself && (header.max_timestamp - now > rules_.after_max_ms ||
                                now - header.base_timestamp > rules_.before_max_ms)) {
    return refusal(ErrorCode::invalid_timestamp,
                   fmt::format("timestamps {} to {} are too far from the broker's time, {}",
                               header.base_timestamp, header.max_timestamp, now));
  }
  return rules_.compacts ? judged_keys(batch) : Appended{};
}

Appended StoredLog::judged_keys(std::string_view batch) {
  bool keyless = false;
  const auto read = protocol::for_each_record(
      batch, decompressed_max, [&](const protocol::Record& record) { keyless |= !record.key; });
  if (!read) return refusal(ErrorCode::corrupt_message, read.error().message);
  if (!keyless) return {};
  return refusal(ErrorCode::invalid_record, "a compacted topic takes no record without a key");
}

StoredLog::Checked StoredLog::checked(std::string_view records) const {
  const auto header = protocol::produced_batch(records);
  if (!header) {
    const bool corrupt = header.error().kind == ErrorKind::corrupt;
    return {refusal(corrupt ? ErrorCode::corrupt_message : ErrorCode::invalid_record,
                    header.error().message),
            {}};
  }
  if (header->size < records.size()) {
    return {refusal(ErrorCode::invalid_record,
                    fmt::format("{} bytes behind the batch: a request brings a partition one",
                                records.size() - header->size)),
            {}};
  }
  return {judged(*header, records), *header};
}

StoredLog::OwnBytes StoredLog::own(std::string_view batch,
                                   const std::shared_ptr<std::string>& frame) {
  if (frame &&
      static_cast<double>(batch.size()) >= shared_part * static_cast<double>(frame->size())) {
    const auto from = static_cast<std::size_t>(batch.data() - frame->data());
    return {frame, std::span(*frame).subspan(from, batch.size())};
  }
  auto copy = std::make_shared<std::string>(batch);
  return {copy, *copy};
}

Appended StoredLog::append(std::string_view records, std::int32_t leader_epoch,
                           const std::shared_ptr<std::string>& frame) {
  const auto [refused, header] = checked(records);
  if (refused.error != ErrorCode::none) return refused;
  const auto verdict = producers_.judge(producer_batch(header));
  if (verdict.error != ErrorCode::none) {
    return refusal(verdict.error, fmt::format("sequence {} of producer {}", header.base_sequence,
                                              header.producer_id));
  }
  Appended appended;
  appended.base_offset = verdict.duplicate_of >= 0 ? verdict.duplicate_of : end_;
  if (verdict.duplicate_of >= 0) return appended;
  if (rules_.stamps_itself) appended.append_time = clock_.now().time_since_epoch().count();
  keep(header, own(records, frame), leader_epoch, appended.append_time);
  memory_.make_room();
  return appended;
}

void StoredLog::keep(const BatchHeader& header, const OwnBytes& own, std::int32_t leader_epoch,
                     std::int64_t append_time) {
  protocol::set_base_offset(own.bytes, end_, leader_epoch);
  if (append_time >= 0) protocol::set_log_append_time(own.bytes, append_time);
  producers_.remember(producer_batch(header), end_);
  const auto size = std::ssize(own.bytes);
  const auto turn = memory_.added(size);
  stored_bytes_ += size;
  const auto latest = append_time >= 0 ? append_time : header.max_timestamp;
  const auto latest_so_far =
      batches_.empty() ? latest : std::max(latest, batches_.back().latest_so_far);
  batches_.push_back({{own.owner, {own.bytes.data(), own.bytes.size()}},
                      end_,
                      end_ + header.last_offset_delta,
                      latest,
                      latest_so_far,
                      turn});
  if (batches_.size() == 1) memory_.set_oldest(turn, *this);
  end_ += header.last_offset_delta + 1;
}

void StoredLog::drop_oldest() {
  CHECK(!batches_.empty());
  const auto& oldest = batches_.front();
  const auto size = std::ssize(oldest.stored.bytes);
  start_ = std::max(start_, oldest.last_offset + 1);
  memory_.unset_oldest(oldest.turn);
  memory_.removed(size);
  stored_bytes_ -= size;
  batches_.pop_front();
  if (!batches_.empty()) memory_.set_oldest(batches_.front().turn, *this);
}

StoredLog::Batches::const_iterator StoredLog::holding(std::int64_t offset) const {
  return std::lower_bound(
      batches_.begin(), batches_.end(), offset,
      [](const Batch& batch, std::int64_t wanted) { return batch.last_offset < wanted; });
}

std::vector<protocol::Slice> StoredLog::read(std::int64_t from, std::size_t most,
                                             bool at_least_one) const {
  std::vector<protocol::Slice> found;
  std::size_t taken = 0;
  for (auto batch = holding(from); batch != batches_.end(); ++batch) {
    const auto size = batch->stored.bytes.size();
    if (taken + size > most && !(found.empty() && at_least_one)) break;
    found.push_back(batch->stored);
    taken += size;
  }
  return found;
}

std::optional<OffsetAndTime> StoredLog::first_at(std::int64_t timestamp) const {
  auto batch = std::lower_bound(
      batches_.begin(), batches_.end(), timestamp,
      [](const Batch& each, std::int64_t wanted) { return each.latest_so_far < wanted; });
  for (; batch != batches_.end(); ++batch) {
    if (batch->max_timestamp < timestamp) continue;
    auto reader = protocol::RecordReader::over(batch->stored.bytes, decompressed_max);
    if (!reader) continue;
    protocol::Record record;
    while (reader->next(record)) {
      if (record.timestamp >= timestamp && record.offset >= start_) {
        return OffsetAndTime{record.offset, record.timestamp};
      }
    }
  }
  return std::nullopt;
}

std::optional<OffsetAndTime> StoredLog::latest() const {
  const auto newest = std::max_element(
      batches_.begin(), batches_.end(),
      [](const Batch& a, const Batch& b) { return a.max_timestamp < b.max_timestamp; });
  if (newest == batches_.end()) return std::nullopt;
  const auto found = protocol::latest_record(newest->stored.bytes, decompressed_max);
  return found ? *found : std::nullopt;
}

void StoredLog::delete_before(std::int64_t offset) {
  CHECK(offset <= end_);
  start_ = std::max(start_, offset);
  while (!batches_.empty() && batches_.front().last_offset < start_) drop_oldest();
}

void StoredLog::apply_retention() {
  if (!rules_.deletes) return;
  const auto now = clock_.now().time_since_epoch().count();
  while (rules_.retention_ms >= 0 && !batches_.empty() &&
         now - batches_.front().max_timestamp > rules_.retention_ms) {
    drop_oldest();
  }
  while (rules_.retention_bytes >= 0 && batches_.size() > 1 &&
         stored_bytes_ - std::ssize(batches_.front().stored.bytes) >= rules_.retention_bytes) {
    drop_oldest();
  }
}

}  // namespace partwise::broker
