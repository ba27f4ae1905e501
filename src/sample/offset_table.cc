#include "sample/offset_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace partwise::sample {
namespace {

constexpr std::int64_t unknown_offset = -1;
constexpr Instant never = Instant::max();

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

OffsetTable::OffsetTable(WindowGrid grid, std::vector<OffsetRange> partitions)
    : grid_(grid), ranges_(std::move(partitions)) {}

const OffsetRange& OffsetTable::range(int partition) const { return ranges_.at(at(partition)); }

std::vector<int> OffsetTable::filled() const {
  std::vector<int> columns;
  for (int p = 0; p < partitions(); ++p) {
    if (range(p).records() > 0) columns.push_back(p);
  }
  return columns;
}

OffsetTable::Row& OffsetTable::row(int boundary) {
  auto [it, added] = rows_.try_emplace(boundary);
  if (added) {
    it->second.offsets.assign(ranges_.size(), unknown_offset);
    it->second.next.assign(ranges_.size(), never);
  }
  return it->second;
}

const OffsetTable::Row* OffsetTable::find(int boundary) const {
  const auto it = rows_.find(boundary);
  return it == rows_.end() ? nullptr : &it->second;
}

std::int64_t OffsetTable::ordered(int partition, int boundary, std::int64_t offset) const {
  std::int64_t low = range(partition).earliest;
  std::int64_t high = range(partition).latest;
  const auto after = rows_.upper_bound(boundary);
  for (auto it = after; it != rows_.end(); ++it) {
    const auto known = it->second.offsets[at(partition)];
    if (known == unknown_offset) continue;
    high = std::min(high, known);
    break;
  }
  for (auto it = std::make_reverse_iterator(after); it != rows_.rend(); ++it) {
    const auto known = it->second.offsets[at(partition)];
    if (known == unknown_offset || it->first == boundary) continue;
    low = std::max(low, known);
    break;
  }
  return std::clamp(offset, std::min(low, high), high);
}

void OffsetTable::put(int partition, int boundary, const FoundOffset& found) {
  auto& target = row(boundary);
  auto& cell = target.offsets.at(at(partition));
  const auto& [earliest, latest] = range(partition);
  cell = ordered(partition, boundary, found.offset.value_or(latest));
  // A record that came after the run began says nothing about the windows before it.
  const bool inside = found.offset && *found.offset < latest;
  target.next[at(partition)] = inside ? found.timestamp : never;
}

void OffsetTable::put_failed(int, int boundary) { row(boundary).failed = true; }

bool OffsetTable::known(int partition, int boundary) const {
  if (range(partition).records() == 0) return true;
  const auto* found = find(boundary);
  return found != nullptr && found->offsets[at(partition)] != unknown_offset;
}

bool OffsetTable::failed(int boundary) const {
  const auto* found = find(boundary);
  return found != nullptr && found->failed;
}

std::int64_t OffsetTable::offset(int partition, int boundary) const {
  if (range(partition).records() == 0) return range(partition).latest;
  const auto* found = find(boundary);
  CHECK(found != nullptr && found->offsets[at(partition)] != unknown_offset);
  return found->offsets[at(partition)];
}

std::int64_t OffsetTable::records(int partition, int a, int b) const {
  return std::max<std::int64_t>(0, offset(partition, b) - offset(partition, a));
}

std::int64_t OffsetTable::records(int a, int b) const {
  std::int64_t sum = 0;
  for (int p = 0; p < partitions(); ++p) sum += records(p, a, b);
  return sum;
}

int OffsetTable::next_full(int boundary, int limit, std::span<const int> columns) const {
  const auto* known = find(boundary);
  if (boundary >= limit || known == nullptr) return boundary;
  Instant next = never;
  for (const int p : columns) next = std::min(next, known->next[at(p)]);
  if (next >= grid_.boundary(limit)) return limit;
  return std::max(boundary, grid_.window_at(next));
}

int OffsetTable::skip_empty(int boundary, int limit, std::span<const int> columns) {
  const int full = next_full(boundary, limit, columns);
  if (full == boundary || full == limit) return full;
  auto& same = row(full);
  const auto& source = row(boundary);
  for (const int p : columns) {
    same.offsets[at(p)] = source.offsets[at(p)];
    same.next[at(p)] = source.next[at(p)];
  }
  return full;
}

}  // namespace partwise::sample
