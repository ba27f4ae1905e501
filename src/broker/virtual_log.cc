#include "broker/virtual_log.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/check.h"
#include "protocol/batch_builder.h"

namespace partwise::broker {
namespace {

protocol::Codec codec_of(const fleet::VirtualTopic& topic) {
  const auto codec = protocol::codec_named(fleet::name_of(topic.spec().codec));
  CHECK(codec);
  return *codec;
}

// Offsets first .. behind-1 as one batch.
std::string batch(const fleet::VirtualTopic& topic, int partition, std::int64_t first,
                  std::int64_t behind, protocol::Codec codec) {
  thread_local protocol::BatchBuilder builder;  // for its memory
  fleet::RecordWalk walk(topic, partition, first);
  for (auto offset = first; offset < behind; ++offset) {
    const auto record = walk.next();
    std::string key;
    if (record.key >= 0) key = topic.key_text(record);
    const auto value =
        builder.add_sized(record.timestamp.time_since_epoch().count(),
                          record.key >= 0 ? std::optional<std::string_view>(key) : std::nullopt,
                          static_cast<std::size_t>(topic.value_bytes(record)));
    topic.write_value(partition, record, value);
  }
  protocol::BatchIdentity identity;
  identity.base_offset = first;
  identity.leader_epoch = 0;
  return builder.finish(codec, identity);
}

// The partition that has the most records, and so some, if any has.
int fullest_partition(const fleet::VirtualTopic& topic) {
  int fullest = 0;
  for (int p = 1; p < topic.partitions(); ++p) {
    if (topic.share(p) > topic.share(fullest)) fullest = p;
  }
  return fullest;
}

}  // namespace

void StoredShape::learn() const {
  learned_ = true;
  const int partition = fullest_partition(topic_);
  const auto records = topic_.batch_records();
  if (!topic_.due(partition, records - 1)) return;
  const auto plain = batch(topic_, partition, 0, records, protocol::Codec::none);
  const auto payload = topic_.bytes_before(partition, records);
  framing_per_record_ = static_cast<double>(static_cast<std::int64_t>(plain.size()) - payload) /
                        static_cast<double>(records);
  const auto codec = codec_of(topic_);
  if (codec == protocol::Codec::none) return;
  const auto shrunk = batch(topic_, partition, 0, records, codec);
  shrunk_to_ = static_cast<double>(shrunk.size()) / static_cast<double>(plain.size());
}

std::int64_t StoredShape::stored_bytes(std::int64_t records, std::int64_t bytes) const {
  if (records == 0) return 0;
  if (!learned_) learn();
  return std::llround(shrunk_to_ * (static_cast<double>(bytes) +
                                    framing_per_record_ * static_cast<double>(records)));
}

std::int64_t VirtualLog::start() const {
  return std::max(deleted_before_, topic_.start_offset(partition_, clock_.now()));
}

std::int64_t VirtualLog::end() const { return topic_.end_offset(partition_, clock_.now()); }

std::vector<protocol::Slice> VirtualLog::read(std::int64_t from, std::size_t most,
                                              bool at_least_one) const {
  std::vector<protocol::Slice> found;
  const auto codec = codec_of(topic_);
  const auto log_end = end();
  const auto in_batch = topic_.batch_records();
  std::size_t taken = 0;
  std::size_t last = 0;
  for (auto first = from / in_batch * in_batch; first < log_end; first += in_batch) {
    // Batches of one topic are about as large as each other: one that will not fit is not made.
    if (!found.empty() && taken + last > most) break;
    auto bytes = std::make_shared<const std::string>(
        batch(topic_, partition_, first, std::min(first + in_batch, log_end), codec));
    if (taken + bytes->size() > most && !(found.empty() && at_least_one)) break;
    last = bytes->size();
    taken += last;
    const std::string_view view = *bytes;
    found.push_back({std::move(bytes), view});
  }
  return found;
}

std::optional<OffsetAndTime> VirtualLog::first_at(std::int64_t timestamp) const {
  const auto offset =
      std::max(topic_.count_before(partition_, Instant{Millis{timestamp}}), start());
  if (offset >= end()) return std::nullopt;
  return OffsetAndTime{offset, topic_.timestamp(partition_, offset).time_since_epoch().count()};
}

// Timestamps never fall, so the latest is the last one's; the first of several that share it.
std::optional<OffsetAndTime> VirtualLog::latest() const {
  const auto log_end = end();
  if (log_end <= start()) return std::nullopt;
  return first_at(topic_.timestamp(partition_, log_end - 1).time_since_epoch().count());
}

std::int64_t VirtualLog::stored_bytes() const {
  const auto first = start();
  const auto behind = std::max(end(), first);
  const auto sizes = topic_.sizes_of(partition_);
  return shape_->stored_bytes(behind - first,
                              sizes.bytes_before(behind) - sizes.bytes_before(first));
}

void VirtualLog::delete_before(std::int64_t offset) {
  deleted_before_ = std::max(deleted_before_, offset);
}

std::optional<Instant> VirtualLog::next_arrival() const {
  const auto due = topic_.due(partition_, end());
  if (!due) return std::nullopt;
  // It is there as soon as its millisecond is over.
  return *due + Millis{1};
}

std::vector<std::unique_ptr<PartitionLog>> virtual_logs(const fleet::VirtualTopic& topic,
                                                        const Clock& clock) {
  const auto shape = std::make_shared<const StoredShape>(topic);
  std::vector<std::unique_ptr<PartitionLog>> logs;
  for (int partition = 0; partition < topic.partitions(); ++partition) {
    logs.push_back(std::make_unique<VirtualLog>(topic, shape, partition, clock));
  }
  return logs;
}

}  // namespace partwise::broker
