#include "keys/space_saving.h"

#include <algorithm>

#include "base/check.h"
#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
// Four below each: half the levels of two, and a node's children share a cache line.
constexpr std::size_t fan = 4;

}  // namespace

SpaceSaving::SpaceSaving(std::size_t capacity) : capacity_(capacity), index_(capacity) {
  CHECK(capacity > 0 && capacity <= capacity_max);
  entries_.reserve(capacity);
  positions_.reserve(capacity);
  heap_.reserve(capacity);
}

void SpaceSaving::add(std::string_view key, std::uint64_t hash, std::int64_t weight) {
  CHECK(weight >= 0);
  if (weight == 0) return;
  total_ += weight;
  const auto found =
      index_.find(hash, [&](std::uint32_t entry) { return entries_[entry].key.is(key, hash); });
  if (found != SlotIndex::none) {
    const auto at = positions_[found];
    heap_[at].count += weight;
    sift_down(at);
  } else if (entries_.size() < capacity_) {
    take({KeptKey::of(key, hash), floor_ + weight, floor_});
  } else {
    replace_lightest(key, hash, weight);
  }
}

void SpaceSaving::take(HeavyKey key) {
  const auto entry = static_cast<std::uint32_t>(entries_.size());
  index_.insert(key.key.hash, entry);
  entries_.push_back({std::move(key.key), key.error});
  positions_.push_back(entry);
  heap_.push_back({key.count, entry});
  sift_up(heap_.size() - 1);
}

void SpaceSaving::replace_lightest(std::string_view key, std::uint64_t hash, std::int64_t weight) {
  const auto number = heap_.front().entry;
  auto& entry = entries_[number];
  index_.remove(entry.key.hash, number);
  index_.insert(hash, number);
  entry.error = heap_.front().count;
  entry.key.hash = hash;
  entry.key.size = static_cast<std::uint32_t>(key.size());
  entry.key.head.assign(key.substr(0, KeptKey::longest));  // in the memory that is there
  heap_.front().count += weight;
  sift_down(0);
}

void SpaceSaving::put(std::size_t at, Node node) {
  heap_[at] = node;
  positions_[node.entry] = static_cast<std::uint32_t>(at);
}

void SpaceSaving::sift_down(std::size_t at) {
  const auto node = heap_[at];
  for (;;) {
    const auto first = at * fan + 1;
    if (first >= heap_.size()) break;
    auto lightest = first;
    const auto end = std::min(first + fan, heap_.size());
    for (auto child = first + 1; child < end; ++child) {
      if (heap_[child].count < heap_[lightest].count) lightest = child;
    }
    if (heap_[lightest].count >= node.count) break;
    put(at, heap_[lightest]);
    at = lightest;
  }
  put(at, node);
}

void SpaceSaving::sift_up(std::size_t at) {
  const auto node = heap_[at];
  while (at > 0) {
    const auto above = (at - 1) / fan;
    if (heap_[above].count <= node.count) break;
    put(at, heap_[above]);
    at = above;
  }
  put(at, node);
}

std::int64_t SpaceSaving::floor() const {
  return heap_.size() == capacity_ ? std::max(floor_, heap_.front().count) : floor_;
}

std::uint32_t SpaceSaving::find(const KeptKey& key) const {
  return index_.find(key.hash, [&](std::uint32_t entry) { return entries_[entry].key.is(key); });
}

HeavyKey SpaceSaving::listed(const Node& node) const {
  const auto& entry = entries_[node.entry];
  return {entry.key, node.count, entry.error};
}

HeavyKey SpaceSaving::limits_of(const KeptKey& key) const {
  const auto found = find(key);
  if (found == SlotIndex::none) return {key, floor(), floor()};
  return listed(heap_[positions_[found]]);
}

std::vector<HeavyKey> SpaceSaving::heaviest(std::size_t count) const {
  auto nodes = heap_;
  count = std::min(count, nodes.size());
  std::partial_sort(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(count), nodes.end(),
                    [this](const Node& x, const Node& y) {
                      if (x.count != y.count) return x.count > y.count;
                      return entries_[x.entry].key.head < entries_[y.entry].key.head;
                    });
  std::vector<HeavyKey> keys;
  for (std::size_t i = 0; i < count; ++i) keys.push_back(listed(nodes[i]));
  return keys;
}

// A key that one side does not list may weigh that side's floor: so much is added to its count and
// its error. Then what has no room is no heavier than the lightest that has.
void SpaceSaving::merge(const SpaceSaving& other) {
  std::vector<HeavyKey> keys;
  for (const auto& node : heap_) {
    auto key = listed(node);
    const auto there = other.limits_of(key.key);
    key.count += there.count;
    key.error += there.error;
    keys.push_back(std::move(key));
  }
  for (const auto& node : other.heap_) {
    auto key = other.listed(node);
    if (find(key.key) != SlotIndex::none) continue;
    key.count += floor();
    key.error += floor();
    keys.push_back(std::move(key));
  }
  floor_ = floor() + other.floor();
  total_ += other.total_;
  std::sort(keys.begin(), keys.end(),
            [](const HeavyKey& x, const HeavyKey& y) { return x.count > y.count; });
  if (keys.size() > capacity_) keys.resize(capacity_);
  entries_.clear();
  positions_.clear();
  heap_.clear();
  index_.clear();
  for (auto& key : keys) take(std::move(key));
}

std::size_t SpaceSaving::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + entries_.capacity() * sizeof(Entry) +
                      positions_.capacity() * sizeof(std::uint32_t) +
                      heap_.capacity() * sizeof(Node) + index_.memory_bytes();
  for (const auto& entry : entries_) bytes += entry.key.heap_bytes();
  return bytes;
}

std::size_t SpaceSaving::memory_for(std::size_t capacity) {
  // A string that grows may take twice what it needs.
  const auto entry = sizeof(Entry) + sizeof(std::uint32_t) + sizeof(Node) +
                     heap_bytes_of_text(2 * KeptKey::longest);
  return sizeof(SpaceSaving) + capacity * entry + SlotIndex::memory_for(capacity);
}

std::string SpaceSaving::to_bytes() const {
  ByteWriter out(SketchKind::space_saving, version);
  out.number(capacity_);
  out.number(static_cast<std::uint64_t>(total_));
  out.number(static_cast<std::uint64_t>(floor_));
  out.number(heap_.size());
  for (const auto& node : heap_) {
    entries_[node.entry].key.write(out);
    out.number(static_cast<std::uint64_t>(node.count));
    out.number(static_cast<std::uint64_t>(entries_[node.entry].error));
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
  for (auto left = in.size(capacity); left > 0 && !in.failed(); --left) {
    HeavyKey key{KeptKey::read(in), in.count(), in.count()};
    if (key.error > key.count) in.reject("has an error above its count");
    if (sketch.find(key.key) != SlotIndex::none) in.reject("lists a key twice");
    if (!in.failed()) sketch.take(std::move(key));
  }
  TRY(in.finished());
  return sketch;
}

}  // namespace partwise::keys
