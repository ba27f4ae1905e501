#include "keys/key_sample.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
constexpr int halvings_max = 60;
constexpr std::size_t allocator_bytes = 16;
constexpr double normal_95 = 1.959964;

std::size_t places_bytes(const SampledKey& key) {
  return key.places.capacity() * sizeof(KeyPlace) + allocator_bytes;
}

std::size_t heap_bytes(const SampledKey& key) { return key.key.heap_bytes() + places_bytes(key); }

// -1 is no time.
std::int64_t earlier(std::int64_t x, std::int64_t y) {
  if (x < 0 || y < 0) return std::max(x, y);
  return std::min(x, y);
}

void join(KeyPlace& place, const KeyPlace& more) {
  place.records += more.records;
  place.bytes += more.bytes;
  place.first_ms = earlier(place.first_ms, more.first_ms);
  place.last_ms = std::max(place.last_ms, more.last_ms);
}

// A Poisson variable's mean by the score test, where `seen` was drawn of it.
Interval of_poisson(double seen) {
  const double z2 = normal_95 * normal_95;
  const double reach = normal_95 * std::sqrt(seen + z2 / 4);
  return {seen, std::max(0.0, seen + z2 / 2 - reach), seen + z2 / 2 + reach};
}

void write(ByteWriter& out, const KeyPlace& place) {
  out.number(static_cast<std::uint64_t>(place.partition));
  out.number(static_cast<std::uint64_t>(place.records));
  out.number(static_cast<std::uint64_t>(place.bytes));
  out.signed_number(place.first_ms);
  out.signed_number(place.first_ms < 0 ? -1 : place.last_ms - place.first_ms);
}

KeyPlace read_place(ByteReader& in) {
  KeyPlace place;
  const auto partition = in.number();
  if (partition > INT32_MAX) in.reject("has a partition that cannot be");
  place.partition = static_cast<int>(partition);
  place.records = in.count();
  place.bytes = in.count();
  place.first_ms = in.signed_number();
  const auto lasts = in.signed_number();
  if (place.first_ms < -1 || lasts < -1 || (place.first_ms < 0) != (lasts < 0) ||
      lasts > INT64_MAX - std::max<std::int64_t>(place.first_ms, 0)) {
    in.reject("has a time that cannot be");
    return {};
  }
  place.last_ms = place.first_ms < 0 ? -1 : place.first_ms + lasts;
  return place;
}

}  // namespace

std::int64_t SampledKey::records() const {
  std::int64_t sum = 0;
  for (const auto& place : places) sum += place.records;
  return sum;
}

std::int64_t SampledKey::bytes() const {
  std::int64_t sum = 0;
  for (const auto& place : places) sum += place.bytes;
  return sum;
}

std::int64_t SampledKey::split_since_ms() const {
  if (places.size() < 2) return -1;
  std::vector<std::int64_t> firsts;
  for (const auto& place : places) firsts.push_back(place.first_ms);
  std::nth_element(firsts.begin(), firsts.begin() + 1, firsts.end());
  return *std::min_element(firsts.begin(), firsts.end()) < 0 ? -1 : firsts[1];
}

KeySample::KeySample(std::size_t memory) : memory_(memory), index_(1) {
  CHECK(memory >= memory_min);
}

double KeySample::fraction() const { return std::ldexp(1, -halvings_); }

void KeySample::add_sampled(std::string_view key, std::uint64_t hash, const KeyPlace& place) {
  const auto found = index_.find(hash, [&](std::uint32_t i) { return keys_[i].key.is(key, hash); });
  if (found != SlotIndex::none) {
    add_place(keys_[found], place);
  } else {
    add_new(KeptKey::of(key, hash), place);
  }
}

void KeySample::add_kept(const KeptKey& key, const KeyPlace& place) {
  if (key.hash > limit_) return;
  const auto found = index_.find(key.hash, [&](std::uint32_t i) { return keys_[i].key.is(key); });
  if (found != SlotIndex::none) {
    add_place(keys_[found], place);
  } else {
    add_new(key, place);
  }
}

void KeySample::add_new(KeptKey key, const KeyPlace& place) {
  // A vector and an index that grow stand beside what they were.
  if (keys_.size() == keys_.capacity()) {
    keep_within_memory(2 * keys_.capacity() * sizeof(SampledKey) + 2 * index_.memory_bytes());
  }
  if (key.hash > limit_) return;
  index_.insert(key.hash, static_cast<std::uint32_t>(keys_.size()));
  keys_.push_back({std::move(key), {place}});
  heap_bytes_ += heap_bytes(keys_.back());
  keep_within_memory(0);
}

void KeySample::add_place(SampledKey& key, const KeyPlace& place) {
  auto at =
      std::lower_bound(key.places.begin(), key.places.end(), place.partition,
                       [](const KeyPlace& p, int partition) { return p.partition < partition; });
  if (at != key.places.end() && at->partition == place.partition) {
    join(*at, place);
    return;
  }
  heap_bytes_ -= places_bytes(key);
  key.places.insert(at, place);
  heap_bytes_ += places_bytes(key);
  keep_within_memory(0);
}

void KeySample::keep_within_memory(std::size_t growth) {
  while (keys_.size() > 1 && halvings_ < halvings_max &&
         memory_bytes() + (keys_.size() < keys_.capacity() ? 0 : growth) > memory_) {
    shrink_to(halvings_ + 1);
  }
}

// In place: what is free serves the keys to come.
void KeySample::shrink_to(int halvings) {
  halvings_ = halvings;
  limit_ = UINT64_MAX >> halvings;
  std::erase_if(keys_, [this](const SampledKey& key) { return key.key.hash > limit_; });
  heap_bytes_ = 0;
  index_.clear();
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    heap_bytes_ += heap_bytes(keys_[i]);
    index_.insert(keys_[i].key.hash, i);
  }
}

void KeySample::merge(const KeySample& other) {
  if (other.halvings_ > halvings_) shrink_to(other.halvings_);
  for (const auto& key : other.keys_) {
    for (const auto& place : key.places) add_kept(key.key, place);
  }
}

SplitKeys KeySample::split_keys(std::size_t examples) const {
  SplitKeys split;
  std::vector<const SampledKey*> found;
  for (const auto& key : keys_) {
    if (key.places.size() < 2) continue;
    found.push_back(&key);
    split.since_ms = earlier(split.since_ms, key.split_since_ms());
  }
  split.in_sample = std::ssize(found);
  const auto seen = static_cast<double>(split.in_sample);
  split.of_topic = halvings_ == 0 ? Interval::exactly(seen) : 1 / fraction() * of_poisson(seen);
  examples = std::min(examples, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(examples),
                    found.end(), [](const SampledKey* x, const SampledKey* y) {
                      if (x->records() != y->records()) return x->records() > y->records();
                      return x->key.head < y->key.head;
                    });
  for (std::size_t i = 0; i < examples; ++i) split.examples.push_back(*found[i]);
  return split;
}

std::size_t KeySample::memory_bytes() const {
  return sizeof(*this) + keys_.capacity() * sizeof(SampledKey) + heap_bytes_ +
         index_.memory_bytes();
}

std::string KeySample::to_bytes() const {
  ByteWriter out(SketchKind::key_sample, version);
  out.number(static_cast<std::uint64_t>(halvings_));
  out.number(keys_.size());
  for (const auto& key : keys_) {
    key.key.write(out);
    out.number(key.places.size());
    for (const auto& place : key.places) write(out, place);
  }
  return out.taken();
}

Result<KeySample> KeySample::from_bytes(std::string_view bytes, std::size_t memory) {
  ByteReader in(bytes, SketchKind::key_sample, version);
  KeySample sample(memory);
  const auto halvings = in.number();
  if (halvings > halvings_max) in.reject("has an impossible limit");
  TRY(in.failed() ? in.finished() : Result<>{});
  sample.shrink_to(static_cast<int>(halvings));
  const auto limit = sample.limit_;
  for (auto left = in.size(UINT32_MAX - 1); left > 0 && !in.failed(); --left) {
    const auto key = KeptKey::read(in);
    const auto places = in.size(UINT32_MAX);
    if (places == 0) in.reject("has a key without records");
    if (key.hash > limit) in.reject("has a key that is not of the sample");
    for (std::size_t i = 0; i < places && !in.failed(); ++i) {
      const auto place = read_place(in);
      if (!in.failed()) sample.add_kept(key, place);
    }
  }
  TRY(in.finished());
  return sample;
}

}  // namespace partwise::keys
