#include "keys/size_quantiles.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"
#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
constexpr int exact_bits = 7;  // one bucket for each size below 2^7
constexpr std::size_t buckets_a_doubling = 64;

constexpr std::size_t bucket_of(std::int64_t size) {
  const auto bits = static_cast<std::uint64_t>(size);
  const int shift = std::max(0, static_cast<int>(std::bit_width(bits)) - exact_bits);
  return static_cast<std::size_t>(shift) * buckets_a_doubling +
         static_cast<std::size_t>(bits >> shift);
}

constexpr std::size_t buckets_max = bucket_of(INT64_MAX) + 1;

double middle_of(std::size_t bucket) {
  if (bucket < 2 * buckets_a_doubling) return static_cast<double>(bucket);
  const auto shift = bucket / buckets_a_doubling - 1;
  const double width = std::ldexp(1, static_cast<int>(shift));
  return static_cast<double>(bucket - shift * buckets_a_doubling) * width + (width - 1) / 2;
}

}  // namespace

void SizeQuantiles::add(std::int64_t size, std::int64_t times) {
  CHECK(size >= 0 && times >= 0);
  if (times == 0) return;
  const auto bucket = bucket_of(size);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  buckets_[bucket] += times;
  count_ += times;
  sum_ += size * times;
  smallest_ = std::min(smallest_, size);
  largest_ = std::max(largest_, size);
}

void SizeQuantiles::merge(const SizeQuantiles& other) {
  buckets_.resize(std::max(buckets_.size(), other.buckets_.size()));
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  smallest_ = std::min(smallest_, other.smallest_);
  largest_ = std::max(largest_, other.largest_);
}

double SizeQuantiles::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

double SizeQuantiles::quantile(double share) const {
  CHECK(share >= 0 && share <= 1);
  if (count_ == 0) return 0;
  const auto rank = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_))));
  std::int64_t below = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < buckets_.size() && (below += buckets_[bucket]) < rank) ++bucket;
  return std::clamp(middle_of(bucket), static_cast<double>(smallest()),
                    static_cast<double>(largest_));
}

std::size_t SizeQuantiles::memory_bytes() const {
  return sizeof(*this) + buckets_.capacity() * sizeof(std::int64_t);
}

std::size_t SizeQuantiles::memory_max() {
  // A vector that grows may take twice what it needs.
  return sizeof(SizeQuantiles) + 2 * buckets_max * sizeof(std::int64_t);
}

std::string SizeQuantiles::to_bytes() const {
  ByteWriter out(SketchKind::size_quantiles, version);
  out.number(static_cast<std::uint64_t>(sum_));
  out.number(static_cast<std::uint64_t>(smallest()));
  out.number(static_cast<std::uint64_t>(largest_));
  out.number(buckets_.size());
  for (const auto count : buckets_) out.number(static_cast<std::uint64_t>(count));
  return out.taken();
}

Result<SizeQuantiles> SizeQuantiles::from_bytes(std::string_view bytes) {
  ByteReader in(bytes, SketchKind::size_quantiles, version);
  SizeQuantiles sketch;
  sketch.sum_ = in.count();
  const auto smallest = in.count();
  sketch.largest_ = in.count();
  sketch.buckets_.resize(in.size(buckets_max));
  for (auto& count : sketch.buckets_) {
    count = in.count();
    if (count > INT64_MAX / 4 - sketch.count_) in.reject("has counts that are too large");
    if (!in.failed()) sketch.count_ += count;
  }
  if (sketch.count_ > 0) sketch.smallest_ = smallest;
  if (smallest > sketch.largest_ || bucket_of(sketch.largest_) + 1 < sketch.buckets_.size()) {
    in.reject("has limits that do not fit its sizes");
  }
  TRY(in.finished());
  return sketch;
}

}  // namespace partwise::keys
