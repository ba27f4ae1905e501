#include "keys/hyper_log_log.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/check.h"
#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
constexpr int hash_bits = 64;
// Slots for hashes: as many bytes as registers, and half of them stay free.
constexpr std::size_t registers_a_slot = 8;
constexpr double normal_95 = 1.959964;

// x + x^2 + 2 x^4 + 4 x^8 + ...: Ertl's sigma, by which registers at 0 count.
double sigma(double x) {
  if (x >= 1) return std::numeric_limits<double>::infinity();
  double sum = x;
  double before = 0;
  for (double y = 1; sum != before; y += y) {
    x *= x;
    before = sum;
    sum += x * y;
  }
  return sum;
}

// (1 - x - (1 - x^(1/2))^2 / 2 - (1 - x^(1/4))^2 / 4 - ...) / 3: Ertl's tau, by which registers at
// their end count.
double tau(double x) {
  if (x <= 0 || x >= 1) return 0;
  double sum = 1 - x;
  double before = 0;
  for (double y = 0.5; sum != before; y /= 2) {
    x = std::sqrt(x);
    before = sum;
    sum -= (1 - x) * (1 - x) * y;
  }
  return sum / 3;
}

}  // namespace

HyperLogLog::HyperLogLog(int precision) : precision_(precision) {
  CHECK(precision >= precision_min && precision <= precision_max);
  few_.resize(register_count() / registers_a_slot);
}

void HyperLogLog::add(std::uint64_t hash) {
  if (exact()) {
    add_to_few(hash);
  } else {
    add_to_registers(hash);
  }
}

void HyperLogLog::add_to_few(std::uint64_t hash) {
  // 0 means free; that one hash is taken for another is one chance in 2^64.
  hash = std::max<std::uint64_t>(hash, 1);
  const auto mask = few_.size() - 1;
  auto at = static_cast<std::size_t>(hash) & mask;
  while (few_[at] != 0 && few_[at] != hash) at = (at + 1) & mask;
  if (few_[at] == hash) return;
  if (few_count_ == few_.size() / 2) {
    use_registers();
    add_to_registers(hash);
    return;
  }
  few_[at] = hash;
  ++few_count_;
}

void HyperLogLog::use_registers() {
  registers_.resize(register_count());
  for (const auto hash : few_) {
    if (hash != 0) add_to_registers(hash);
  }
  few_ = std::vector<std::uint64_t>();  // {} would keep the memory
  few_count_ = 0;
}

void HyperLogLog::add_to_registers(std::uint64_t hash) {
  const auto at = static_cast<std::size_t>(hash >> (hash_bits - precision_));
  // The set bit ends what is all zeros.
  const auto rest = hash << precision_ | std::uint64_t{1} << (precision_ - 1);
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  registers_[at] = std::max(registers_[at], rank);
}

void HyperLogLog::merge(const HyperLogLog& other) {
  CHECK(precision_ == other.precision_);
  if (other.exact()) {
    for (const auto hash : other.few_) {
      if (hash != 0) add(hash);
    }
    return;
  }
  if (exact()) use_registers();
  for (std::size_t i = 0; i < registers_.size(); ++i) {
    registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
}

double HyperLogLog::estimate() const {
  const auto last = std::size_t{hash_bits} + 1 - static_cast<std::size_t>(precision_);
  std::vector<double> with(last + 1);  // registers of each rank
  for (const auto rank : registers_) with[rank] += 1;
  const auto m = static_cast<double>(register_count());
  double sum = m * tau(1 - with[last] / m);
  for (std::size_t rank = last - 1; rank >= 1; --rank) sum = (sum + with[rank]) / 2;
  sum += m * sigma(with[0] / m);
  return m * m / (2 * std::numbers::ln2 * sum);
}

Interval HyperLogLog::distinct() const {
  if (exact()) return Interval::exactly(static_cast<double>(few_count_));
  const double n = estimate();
  const double reach = normal_95 * standard_error();
  return {n, n / (1 + reach), n / std::max(1 - reach, 0.1)};
}

double HyperLogLog::standard_error() const {
  return exact() ? 0 : 1.04 / std::sqrt(static_cast<double>(register_count()));
}

std::size_t HyperLogLog::memory_bytes() const {
  return sizeof(*this) + few_.capacity() * sizeof(std::uint64_t) + registers_.capacity();
}

std::string HyperLogLog::to_bytes() const {
  ByteWriter out(SketchKind::hyper_log_log, version);
  out.byte(static_cast<std::uint8_t>(precision_));
  out.byte(exact() ? 1 : 0);
  if (exact()) out.number(few_count_);
  for (const auto hash : few_) {
    if (hash != 0) out.word(hash);
  }
  for (const auto rank : registers_) out.byte(rank);
  return out.taken();
}

Result<HyperLogLog> HyperLogLog::from_bytes(std::string_view bytes) {
  ByteReader in(bytes, SketchKind::hyper_log_log, version);
  const int precision = in.byte();
  const auto exact = in.byte();
  if (precision < precision_min || precision > precision_max) in.reject("has another precision");
  if (exact > 1) in.reject("counts in another way");
  TRY(in.failed() ? in.finished() : Result<>{});
  HyperLogLog sketch(precision);
  if (exact == 1) {
    for (auto left = in.size(sketch.few_.size() / 2); left > 0; --left) sketch.add(in.word());
  } else {
    sketch.use_registers();
    for (auto& rank : sketch.registers_) {
      rank = in.byte();
      if (rank > hash_bits - precision + 1) in.reject("has a rank that cannot be");
    }
  }
  TRY(in.finished());
  return sketch;
}

}  // namespace partwise::keys
