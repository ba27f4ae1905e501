#include "keys/space_saving.h"

#include <algorithm>

#include "base/check.h"
#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 2;

}  // namespace

SpaceSaving::SpaceSaving(std::size_t capacity) : capacity_(capacity), index_(room_for(capacity)) {
  CHECK(capacity > 0 && capacity <= capacity_max);
  entries_.reserve(room_for(capacity));
  counts_.reserve(room_for(capacity));
  free_.reserve(room_for(capacity));
}

void SpaceSaving::add(std::string_view key, std::uint64_t hash, std::int64_t weight) {
  CHECK(weight >= 0);
  if (weight == 0) return;
  total_ += weight;
  const auto found =
      index_.find(hash, [&](std::uint32_t entry) { return entries_[entry].key.is(key, hash); });
  if (found != SlotIndex::none) {
    entries_[found].count += weight;
    return;
  }
  const auto number = free_entry();
  auto& entry = entries_[number];
  entry.key.hash = hash;
  entry.key.size = static_cast<std::uint32_t>(key.size());
  entry.key.head.assign(key.substr(0, KeptKey::longest));  // in the memory that is there
  entry.count = floor_ + weight;
  entry.error = floor_;
  index_.insert(hash, number);
}

std::uint32_t SpaceSaving::free_entry() {
  if (free_.empty() && entries_.size() < room_for(capacity_)) {
    entries_.emplace_back();
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }
  if (free_.empty()) let_lightest_go();
  const auto number = free_.back();
  free_.pop_back();
  return number;
}

// All have a key. As many stay as the capacity says, and of equally light ones any.
void SpaceSaving::let_lightest_go() {
  counts_.clear();
  for (const auto& entry : entries_) counts_.push_back(entry.count);
  const auto going = entries_.size() - capacity_;
  const auto last = counts_.begin() + static_cast<std::ptrdiff_t>(going - 1);
  std::nth_element(counts_.begin(), last, counts_.end());
  const auto heaviest = *last;
  auto as_heavy = 1 + std::count(counts_.begin(), last, heaviest);
  floor_ = std::max(floor_, heaviest);
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    auto& entry = entries_[number];
    if (entry.count > heaviest || (entry.count == heaviest && as_heavy-- <= 0)) continue;
    index_.remove(entry.key.hash, number);
    entry.count = 0;
    free_.push_back(number);
  }
}

void SpaceSaving::take(HeavyKey key) {
  const auto number = free_entry();
  index_.insert(key.key.hash, number);
  entries_[number] = {std::move(key.key), key.count, key.error};
}

std::uint32_t SpaceSaving::find(const KeptKey& key) const {
  return index_.find(key.hash, [&](std::uint32_t entry) { return entries_[entry].key.is(key); });
}

HeavyKey SpaceSaving::limits_of(const KeptKey& key) const {
  const auto found = find(key);
  if (found == SlotIndex::none) return {key, floor_, floor_};
  const auto& entry = entries_[found];
  return {entry.key, entry.count, entry.error};
}

std::vector<HeavyKey> SpaceSaving::heaviest(std::size_t count) const {
  std::vector<const Entry*> listed;
  for (const auto& entry : entries_) {
    if (entry.count > 0) listed.push_back(&entry);
  }
  count = std::min(count, listed.size());
  std::partial_sort(listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(count),
                    listed.end(), [](const Entry* x, const Entry* y) {
                      if (x->count != y->count) return x->count > y->count;
                      return x->key.head < y->key.head;
                    });
  std::vector<HeavyKey> keys;
  for (std::size_t i = 0; i < count; ++i) {
    keys.push_back({listed[i]->key, listed[i]->count, listed[i]->error});
  }
  return keys;
}

// A key that one side does not list may weigh that side's floor: so much is added to its count and
// its error. Of what has no room, the heaviest is the new floor.
void SpaceSaving::merge(const SpaceSaving& other) {
  auto keys = heaviest(size());
  for (auto& key : keys) {
    const auto there = other.limits_of(key.key);
    key.count += there.count;
    key.error += there.error;
  }
  for (auto& key : other.heaviest(other.size())) {
    if (find(key.key) != SlotIndex::none) continue;
    key.count += floor_;
    key.error += floor_;
    keys.push_back(std::move(key));
  }
  floor_ += other.floor_;
  total_ += other.total_;
  std::sort(keys.begin(), keys.end(),
            [](const HeavyKey& x, const HeavyKey& y) { return x.count > y.count; });
  if (keys.size() > capacity_) {
    floor_ = std::max(floor_, keys[capacity_].count);
    keys.resize(capacity_);
  }
  entries_.clear();
  free_.clear();
  index_.clear();
  for (auto& key : keys) take(std::move(key));
}

std::size_t SpaceSaving::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + entries_.capacity() * sizeof(Entry) +
                      free_.capacity() * sizeof(std::uint32_t) +
                      counts_.capacity() * sizeof(std::int64_t) + index_.memory_bytes();
  for (const auto& entry : entries_) bytes += entry.key.heap_bytes();
  return bytes;
}

std::size_t SpaceSaving::memory_for(std::size_t capacity) {
  // A string that grows may take twice what it needs.
  const auto entry = sizeof(Entry) + sizeof(std::uint32_t) + sizeof(std::int64_t) +
                     heap_bytes_of_text(2 * KeptKey::longest);
  return sizeof(SpaceSaving) + room_for(capacity) * entry +
         SlotIndex::memory_for(room_for(capacity));
}

std::string SpaceSaving::to_bytes() const {
  ByteWriter out(SketchKind::space_saving, version);
  out.number(capacity_);
  out.number(static_cast<std::uint64_t>(total_));
  out.number(static_cast<std::uint64_t>(floor_));
  out.number(size());
  for (const auto& entry : entries_) {
    if (entry.count == 0) continue;
    entry.key.write(out);
    out.number(static_cast<std::uint64_t>(entry.count));
    out.number(static_cast<std::uint64_t>(entry.error));
  }
  return out.taken();
}

Result<SpaceSaving> SpaceSaving::from_bytes(std::string_view bytes) {
  ByteReader in(bytes, SketchKind::space_saving, version);
  const auto capacity = in.number();
  if (capacity == 0 || capacity > capacity_max) in.reject("has an impossible capacity");
  TRY(in.failed() ? in.finished() : Result<>{});
  SpaceSaving sketch(capacity);
  sketch.total_ = in.count();
  sketch.floor_ = in.count();
  for (auto left = in.size(room_for(capacity)); left > 0 && !in.failed(); --left) {
    HeavyKey key{KeptKey::read(in), in.count(), in.count()};
    if (key.count == 0 || key.error > key.count) in.reject("has a count that cannot be");
    if (sketch.find(key.key) != SlotIndex::none) in.reject("lists a key twice");
    if (!in.failed()) sketch.take(std::move(key));
  }
  TRY(in.finished());
  return sketch;
}

}  // namespace partwise::keys
