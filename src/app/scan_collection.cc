#include "app/scan_collection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace partwise::app {
namespace {

bool has(const ScanShare& share, int partition) {
  return std::binary_search(share.partitions.begin(), share.partitions.end(), partition);
}

}  // namespace

ScanCollection::ScanCollection(const ScanPlan& plan, std::string group, std::size_t memory,
                               keys::ScanReport& scan)
    : plan_(plan), memory_(memory), scan_(scan) {
  keys::ScanGroup told{std::move(group), {}};
  for (const auto& share : plan.shares) {
    missing_.insert(share.client);
    told.members.push_back({share.client, share.host, share.partitions, 0, 0});
  }
  scan_.group = std::move(told);
}

void ScanCollection::take(const std::string& client, const keys::ScanPart& part) {
  const auto* share = plan_.share_of(client);
  if (share == nullptr || missing_.erase(client) == 0) return;
  for (const auto& [partition, stretch] : part.stretches) {
    if (has(*share, partition)) scan_.stretches[static_cast<std::size_t>(partition)] = stretch;
  }
  for (auto& member : scan_.group->members) {
    if (member.client != client) continue;
    member.records = part.summary.total().records;
    member.read_s = part.read_s;
  }
  scan_.read_s = std::max(scan_.read_s, part.read_s);
  scan_.summary.merge(part.summary);
}

void ScanCollection::take(const kafka::ExchangeMessage& message) {
  if (message.kind != part_kind || !missing_.contains(message.sender)) return;
  const auto part = keys::part_from_bytes(message.bytes, memory_);
  if (part) return take(message.sender, *part);
  auto error = part.error();
  error.message = fmt::format("{}: {}", message.sender, error.message);
  lose(message.sender, error);
}

void ScanCollection::lose(const std::string& client, const Error& error) {
  const auto* share = plan_.share_of(client);
  if (share == nullptr || missing_.erase(client) == 0) return;
  for (const auto partition : share->partitions)
    scan_.stretches[static_cast<std::size_t>(partition)].error = error;
}

}  // namespace partwise::app
