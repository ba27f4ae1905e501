#include "protocol/bytes.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace partwise::protocol {

void Reader::give_up() {
  ok_ = false;
  bytes_ = {};
}

std::string_view Reader::take(std::size_t size) {
  if (size > bytes_.size()) {
    give_up();
    return {};
  }
  const auto taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

std::uint64_t Reader::number(std::size_t size) {
  std::uint64_t x = 0;
  for (const char c : take(size)) x = (x << 8U) | static_cast<unsigned char>(c);
  return x;
}

Uuid Reader::uuid() {
  Uuid id{};
  const auto taken = take(id.size());
  std::copy(taken.begin(), taken.end(), id.begin());
  return id;
}

std::uint32_t Reader::unsigned_varint() {
  std::uint32_t x = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const auto byte = static_cast<std::uint32_t>(number(1));
    x |= (byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return x;
  }
  give_up();
  return 0;
}

// -1 is null; anything below is no length.
std::optional<std::string_view> Reader::sized(std::int64_t size) {
  if (size == -1) return std::nullopt;
  if (size < 0) {
    give_up();
    return std::nullopt;
  }
  return take(static_cast<std::size_t>(size));
}

std::optional<std::string_view> Reader::nullable_text() {
  return sized(flexible_ ? std::int64_t{unsigned_varint()} - 1 : std::int64_t{int16()});
}

std::optional<std::string_view> Reader::nullable_bytes() {
  return sized(flexible_ ? std::int64_t{unsigned_varint()} - 1 : std::int64_t{int32()});
}

std::int32_t Reader::array() {
  const auto count = flexible_ ? std::int64_t{unsigned_varint()} - 1 : std::int64_t{int32()};
  if (!ok_) return 0;
  if (count < -1 || std::cmp_greater(count, bytes_.size())) {
    give_up();
    return 0;
  }
  return static_cast<std::int32_t>(count);
}

void Reader::tags() {
  if (!flexible_) return;
  const auto count = unsigned_varint();
  for (std::uint32_t i = 0; i < count && ok_; ++i) {
    unsigned_varint();
    take(unsigned_varint());
  }
}

Message::Message(std::string own, std::vector<Insertion> insertions)
    : own_(std::move(own)), insertions_(std::move(insertions)) {
  size_ = std::accumulate(
      insertions_.begin(), insertions_.end(), own_.size(),
      [](std::size_t sum, const Insertion& each) { return sum + each.slice.bytes.size(); });
}

Message Message::behind(std::string_view head) const {
  auto insertions = insertions_;
  for (auto& each : insertions) each.at += head.size();
  return {std::string(head) + own_, std::move(insertions)};
}

std::vector<std::string_view> Message::pieces() const {
  std::vector<std::string_view> found;
  const std::string_view own = own_;
  std::size_t from = 0;
  for (const auto& insertion : insertions_) {
    if (insertion.at > from) found.push_back(own.substr(from, insertion.at - from));
    from = insertion.at;
    found.push_back(insertion.slice.bytes);
  }
  if (from < own.size()) found.push_back(own.substr(from));
  return found;
}

std::string Message::text() const {
  std::string whole;
  whole.reserve(size_);
  for (const auto piece : pieces()) whole += piece;
  return whole;
}

void Writer::uuid(const Uuid& x) {
  for (const auto byte : x) own_ += static_cast<char>(byte);
}

void Writer::unsigned_varint(std::uint32_t x) {
  for (; x >= 0x80U; x >>= 7U) own_ += static_cast<char>((x & 0x7fU) | 0x80U);
  own_ += static_cast<char>(x);
}

// `width`: of the length in messages that are not flexible.
void Writer::length(std::size_t size, int width) {
  if (flexible_) {
    unsigned_varint(static_cast<std::uint32_t>(size + 1));
  } else {
    number(size, width);
  }
}

void Writer::no_length(int width) {
  if (flexible_) {
    unsigned_varint(0);
  } else {
    number(~std::uint64_t{0}, width);
  }
}

void Writer::text(std::string_view x) {
  length(x.size(), 2);
  own_ += x;
}

void Writer::nullable_text(const std::optional<std::string_view>& x) {
  if (x) {
    text(*x);
  } else {
    no_length(2);
  }
}

void Writer::bytes(std::string_view x) {
  length(x.size(), 4);
  own_ += x;
}

void Writer::slices(std::vector<Slice> parts) {
  length(
      std::accumulate(parts.begin(), parts.end(), std::size_t{0},
                      [](std::size_t sum, const Slice& part) { return sum + part.bytes.size(); }),
      4);
  for (auto& part : parts) insertions_.push_back({own_.size(), std::move(part)});
}

void Writer::array(std::size_t count) { length(count, 4); }

void Writer::null_array() { no_length(4); }

}  // namespace partwise::protocol
