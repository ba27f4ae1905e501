#include "keys/value_sample.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/check.h"
#include "keys/byte_form.h"
#include "keys/kept_key.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
constexpr int halvings_max = 60;

}  // namespace

// Whole words: bytes that are written one by one cannot be read as words at once, which costs more
// than the hash.
std::uint64_t record_hash(int partition, std::int64_t offset) {
  const auto bytes =
      std::bit_cast<std::array<char, 16>>(std::array<std::int64_t, 2>{offset, partition});
  return key_hash({bytes.data(), bytes.size()});
}

ValueSample::ValueSample(std::size_t memory) : memory_(memory) { CHECK(memory >= memory_min); }

double ValueSample::fraction() const { return std::ldexp(1, -halvings_); }

std::size_t ValueSample::heap_bytes(const Drawn& drawn) {
  return heap_bytes_of_text(drawn.key ? drawn.key->capacity() : 0) +
         heap_bytes_of_text(drawn.value.capacity());
}

void ValueSample::add(std::uint64_t hash, std::optional<std::string_view> key,
                      std::string_view value) {
  if (!draws(hash)) return;
  if (value.size() > value_bytes_max || (key && key->size() > value_bytes_max)) {
    ++left_out_;
    return;
  }
  make_room(heap_bytes_of_text(value.size()) + heap_bytes_of_text(key ? key->size() : 0));
  if (!draws(hash)) return;
  auto& drawn = drawn_.emplace_back();
  drawn.hash = hash;
  if (key) drawn.key.emplace(*key);
  drawn.value = value;
  heap_bytes_ += heap_bytes(drawn_.back());
}

void ValueSample::leave_out(std::uint64_t hash) {
  if (draws(hash)) ++left_out_;
}

void ValueSample::make_room(std::size_t bytes) {
  // A vector that grows stands beside what it was.
  const auto growth = [this] {
    return drawn_.size() < drawn_.capacity() ? 0 : 2 * std::max<std::size_t>(drawn_.capacity(), 1);
  };
  while (!drawn_.empty() && halvings_ < halvings_max &&
         memory_bytes() + bytes + growth() * sizeof(Drawn) > memory_) {
    shrink_to(halvings_ + 1);
  }
}

void ValueSample::shrink_to(int halvings) {
  left_out_ >>= halvings - halvings_;
  halvings_ = halvings;
  limit_ = UINT64_MAX >> halvings;
  std::erase_if(drawn_, [this](const Drawn& drawn) { return drawn.hash > limit_; });
  heap_bytes_ = 0;
  for (const auto& drawn : drawn_) heap_bytes_ += heap_bytes(drawn);
}

void ValueSample::merge(const ValueSample& other) {
  if (other.halvings_ > halvings_) shrink_to(other.halvings_);
  left_out_ += other.left_out_ >> (halvings_ - other.halvings_);
  for (const auto& drawn : other.drawn_) add(drawn.hash, drawn.key, drawn.value);
}

std::vector<KeyedValue> ValueSample::records() const {
  std::vector<KeyedValue> records;
  for (const auto& drawn : drawn_) records.push_back({drawn.key, drawn.value});
  return records;
}

std::size_t ValueSample::memory_bytes() const {
  return sizeof(*this) + drawn_.capacity() * sizeof(Drawn) + heap_bytes_;
}

std::string ValueSample::to_bytes() const {
  ByteWriter out(SketchKind::value_sample, version);
  out.number(static_cast<std::uint64_t>(halvings_));
  out.number(static_cast<std::uint64_t>(left_out_));
  out.number(drawn_.size());
  for (const auto& drawn : drawn_) {
    out.word(drawn.hash);
    out.byte(drawn.key ? 1 : 0);
    if (drawn.key) out.text(*drawn.key);
    out.text(drawn.value);
  }
  return out.taken();
}

Result<ValueSample> ValueSample::from_bytes(std::string_view bytes, std::size_t memory) {
  ByteReader in(bytes, SketchKind::value_sample, version);
  const auto halvings = in.number();
  if (halvings > halvings_max) in.reject("has an impossible limit");
  TRY(in.failed() ? in.finished() : Result<>{});
  ValueSample sample(memory);
  sample.shrink_to(static_cast<int>(halvings));
  const auto limit = sample.limit_;
  sample.left_out_ = in.count();
  for (auto left = in.size(UINT32_MAX); left > 0 && !in.failed(); --left) {
    const auto hash = in.word();
    std::optional<std::string_view> key;
    if (in.byte() != 0) key = in.text();
    const auto value = in.text();
    if (hash > limit) in.reject("has a record that is not of the sample");
    if (!in.failed()) sample.add(hash, key, value);
  }
  TRY(in.finished());
  return sample;
}

}  // namespace partwise::keys
