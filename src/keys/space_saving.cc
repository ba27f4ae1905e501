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
  counters_.reserve(room_for(capacity));
  entries_.reserve(room_for(capacity));
  counts_.reserve(room_for(capacity));
  free_.reserve(room_for(capacity));
}

void SpaceSaving::add(std::string_view key, std::uint64_t hash, std::int64_t weight) {
  CHECK(weight >= 0);
  if (weight == 0) return;
  total_ += weight;
  const auto found =
      index_.find(hash, [&](std::uint32_t number) { return counters_[number].hash == hash; });
  if (found != SlotIndex::none) {
    counters_[found].count += weight;
    return;
  }
  const auto number = free_entry();
  counters_[number] = {hash, floor_ + weight};
  auto& entry = entries_[number];
  entry.key.hash = hash;
  entry.key.size = static_cast<std::uint32_t>(key.size());
  entry.key.head.assign(key.substr(0, KeptKey::longest));  // in the memory that is there
  entry.error = floor_;
  index_.insert(hash, number);
}

std::uint32_t SpaceSaving::free_entry() {
  if (free_.empty() && counters_.size() < room_for(capacity_)) {
    counters_.emplace_back();
    entries_.emplace_back();
    return static_cast<std::uint32_t>(counters_.size() - 1);
  }
  if (free_.empty()) let_lightest_go();
  const auto number = free_.back();
  free_.pop_back();
  return number;
}

// All have a key. As many stay as the capacity says, and of equally light ones any.
void SpaceSaving::let_lightest_go() {
  counts_.clear();
  for (const auto& counter : counters_) counts_.push_back(counter.count);
  const auto going = counters_.size() - capacity_;
  const auto last = counts_.begin() + static_cast<std::ptrdiff_t>(going - 1);
  std::nth_element(counts_.begin(), last, counts_.end());
  const auto heaviest = *last;
  auto as_heavy = 1 + std::count(counts_.begin(), last, heaviest);
  floor_ = std::max(floor_, heaviest);
  index_.clear();
  for (std::uint32_t number = 0; number < counters_.size(); ++number) {
    auto& [hash, count] = counters_[number];
    if (count > heaviest || (count == heaviest && as_heavy-- <= 0)) {
      index_.insert(hash, number);
    } else {
      count = 0;
      free_.push_back(number);
    }
  }
}

void SpaceSaving::take(HeavyKey key) {
  const auto number = free_entry();
  index_.insert(key.key.hash, number);
  counters_[number] = {key.key.hash, key.count};
  entries_[number] = {std::move(key.key), key.error};
}

std::uint32_t SpaceSaving::find(const KeptKey& key) const {
  return index_.find(key.hash, [&](std::uint32_t number) { return entries_[number].key.is(key); });
}

HeavyKey SpaceSaving::heavy(std::uint32_t number) const {
  return {entries_[number].key, counters_[number].count, entries_[number].error};
}

HeavyKey SpaceSaving::limits_of(const KeptKey& key) const {
  const auto found = find(key);
  if (found == SlotIndex::none) return {key, floor_, floor_};
  return heavy(found);
}

std::vector<HeavyKey> SpaceSaving::heaviest(std::size_t count) const {
  std::vector<std::uint32_t> listed;
  for (std::uint32_t number = 0; number < counters_.size(); ++number) {
    if (counters_[number].count > 0) listed.push_back(number);
  }
  count = std::min(count, listed.size());
  std::partial_sort(listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(count),
                    listed.end(), [&](std::uint32_t x, std::uint32_t y) {
                      if (counters_[x].count != counters_[y].count)
                        return counters_[x].count > counters_[y].count;
                      return entries_[x].key.head < entries_[y].key.head;
                    });
  std::vector<HeavyKey> keys;
  for (std::size_t i = 0; i < count; ++i) keys.push_back(heavy(listed[i]));
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
  counters_.clear();
  entries_.clear();
  free_.clear();
  index_.clear();
  for (auto& key : keys) take(std::move(key));
}

std::size_t SpaceSaving::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + counters_.capacity() * sizeof(Counter) +
                      entries_.capacity() * sizeof(Entry) +
                      free_.capacity() * sizeof(std::uint32_t) +
                      counts_.capacity() * sizeof(std::int64_t) + index_.memory_bytes();
  for (const auto& entry : entries_) bytes += entry.key.heap_bytes();
  return bytes;
}

std::size_t SpaceSaving::memory_for(std::size_t capacity) {
  // A string that grows may take twice what it needs.
  const auto entry = sizeof(Counter) + sizeof(Entry) + sizeof(std::uint32_t) +
                     sizeof(std::int64_t) + heap_bytes_of_text(2 * KeptKey::longest);
  return sizeof(SpaceSaving) + room_for(capacity) * entry +
         SlotIndex::memory_for(room_for(capacity));
}

std::string SpaceSaving::to_bytes() const {
  ByteWriter out(SketchKind::space_saving, version);
  out.number(capacity_);
  out.number(static_cast<std::uint64_t>(total_));
  out.number(static_cast<std::uint64_t>(floor_));
  out.number(size());
  for (std::uint32_t number = 0; number < counters_.size(); ++number) {
    if (counters_[number].count == 0) continue;
    entries_[number].key.write(out);
    out.number(static_cast<std::uint64_t>(counters_[number].count));
    out.number(static_cast<std::uint64_t>(entries_[number].error));
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
