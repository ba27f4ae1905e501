#include "broker/group_offsets.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace partwise::broker {
namespace {

/// The nodes of the maps, roughly.
constexpr std::size_t entry_bytes = 192;

/// A client may name any number of milliseconds; times beyond this one would overflow.
constexpr Millis longest_retention = std::chrono::years(1000);

CommittedOffset committed(const std::string& topic, std::int32_t partition, const auto& entry) {
  return {topic, partition, entry.offset, entry.leader_epoch, entry.metadata};
}

}  // namespace

bool GroupOffsets::commit(const OffsetToCommit& offset, Instant now,
                          std::optional<Millis> retention, Budget& budget) {
  auto share = budget.take(entry_bytes + offset.topic.size() + offset.metadata.size());
  if (!share) return false;
  auto& entry = topics_[offset.topic][offset.partition];
  entry.offset = offset.offset;
  entry.leader_epoch = offset.leader_epoch;
  entry.metadata = offset.metadata;
  entry.committed = now;
  entry.expires =
      retention ? std::optional(now + std::min(*retention, longest_retention)) : std::nullopt;
  entry.share = *std::move(share);
  return true;
}

CommittedOffset GroupOffsets::of(const GroupPartition& partition) const {
  const auto topic = topics_.find(partition.topic);
  if (topic != topics_.end()) {
    const auto entry = topic->second.find(partition.partition);
    if (entry != topic->second.end()) {
      return committed(partition.topic, partition.partition, entry->second);
    }
  }
  return {partition.topic, partition.partition, -1, -1, {}};
}

std::vector<CommittedOffset> GroupOffsets::all() const {
  std::vector<CommittedOffset> offsets;
  for (const auto& [topic, partitions] : topics_) {
    for (const auto& [partition, entry] : partitions) {
      offsets.push_back(committed(topic, partition, entry));
    }
  }
  return offsets;
}

void GroupOffsets::remove(const GroupPartition& partition) {
  const auto topic = topics_.find(partition.topic);
  if (topic == topics_.end()) return;
  topic->second.erase(partition.partition);
  if (topic->second.empty()) topics_.erase(topic);
}

void GroupOffsets::remove_topic(std::string_view topic) {
  const auto found = topics_.find(topic);
  if (found != topics_.end()) topics_.erase(found);
}

void GroupOffsets::expire(Instant now, Millis retention, std::optional<Instant> idle_since,
                          const std::function<bool(const std::string&)>& kept) {
  const auto is_over = [&](const Partitions::value_type& each) {
    const auto& entry = each.second;
    if (entry.expires) return now >= *entry.expires;
    return now - idle_since.value_or(entry.committed) >= retention;
  };
  for (auto topic = topics_.begin(); topic != topics_.end();) {
    if (!kept(topic->first)) std::erase_if(topic->second, is_over);
    topic = topic->second.empty() ? topics_.erase(topic) : std::next(topic);
  }
}

}  // namespace partwise::broker
