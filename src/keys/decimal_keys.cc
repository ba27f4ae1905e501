#include "keys/decimal_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace partwise::keys {
namespace {

// Patterns and digits are copied in pieces of fixed size, which takes one instruction each; what a
// piece writes beyond its key is written again by the next one.
constexpr std::size_t piece = 32;
constexpr std::size_t head_piece = 16;
constexpr std::size_t tail_piece = 4;
constexpr std::size_t most_digits = 19;
constexpr std::size_t longest_pattern = std::size_t{1} << 30;
constexpr std::int64_t tail_ids = 1000;

// Of long keys, a block has fewer than most_keys.
constexpr std::size_t most_bytes = 1 << 20;

// The last three digits of each id in a piece of its own, and one more to read beyond the last.
using Tails = std::array<char, (tail_ids + 1) * tail_piece>;

constexpr Tails tails_of_thousand() {
  Tails tails{};
  for (std::size_t i = 0; i < tail_ids; ++i) {
    tails[i * tail_piece] = static_cast<char>('0' + i / 100);
    tails[i * tail_piece + 1] = static_cast<char>('0' + i / 10 % 10);
    tails[i * tail_piece + 2] = static_cast<char>('0' + i % 10);
  }
  return tails;
}

constexpr Tails tails = tails_of_thousand();

/// The digits of ids that differ in their last three alone, and have equally many.
class Digits {
 public:
  explicit Digits(std::int64_t id) : thousands_(id / tail_ids * tail_ids) {
    if (id >= tail_ids) {
      char* const end = std::to_chars(head_.data(), head_.data() + head_.size(), id / tail_ids).ptr;
      head_length_ = static_cast<std::size_t>(end - head_.data());
    } else {
      zeros_ = (id < 10 ? 1 : 0) + (id < 100 ? 1 : 0);
    }
  }

  /// The first id that does not belong to them, or the largest there is.
  [[nodiscard]] std::int64_t end() const {
    constexpr std::array<std::int64_t, 3> small_ends = {tail_ids, 100, 10};
    if (thousands_ == 0) return small_ends[zeros_];
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return thousands_ > most - tail_ids ? most : thousands_ + tail_ids;
  }
  [[nodiscard]] std::uint32_t length() const {
    return static_cast<std::uint32_t>(head_length_ + 3 - zeros_);
  }

  void write(std::int64_t id, char* to) const {
    const auto tail = static_cast<std::size_t>(id - thousands_) * tail_piece + zeros_;
    std::memcpy(to, head_.data(), head_piece);
    std::memcpy(to + head_length_, tails.data() + tail, tail_piece);
  }

 private:
  std::int64_t thousands_;
  std::array<char, head_piece> head_{};
  std::size_t head_length_ = 0;
  std::size_t zeros_ = 0;  // before the last three digits, which are not written
};

}  // namespace

DecimalKeys::DecimalKeys(const std::vector<std::string>& patterns, std::int64_t first,
                         std::int64_t end, std::int64_t times)
    : first_(first), end_(end), times_left_(first < end ? times : 0) {
  CHECK(!patterns.empty() && 0 <= first && first <= end);
  std::size_t longest = 0;
  for (const auto& pattern : patterns) {
    patterns_.push_back({texts_.size(), static_cast<std::uint32_t>(pattern.size())});
    texts_ += pattern;
    texts_.resize((texts_.size() + piece - 1) / piece * piece);
    longest = std::max(longest, pattern.size());
  }
  CHECK(longest < longest_pattern);
  const std::size_t length = longest + most_digits;
  const std::size_t keys = std::clamp<std::size_t>(most_bytes / length, 1, most_keys);
  bytes_.resize(keys * length + piece + head_piece + tail_piece + KeyBlock::readable_beyond);
  starts_.resize(keys);
  lengths_.resize(keys);
  start_over();
}

void DecimalKeys::start_over() {
  id_ = first_;
  pattern_ = static_cast<std::size_t>(first_) % patterns_.size();
}

bool DecimalKeys::next(KeyBlock& out) {
  size_ = 0;
  length_ = 0;
  while (times_left_ > 0 && size_ < starts_.size()) {
    add_run();
    if (id_ < end_) continue;
    --times_left_;
    start_over();
  }
  if (size_ == 0) return false;
  out = {bytes_.data(), std::span(starts_).first(size_), std::span(lengths_).first(size_), {}};
  return true;
}

// Bytes may be anything's: what the loop needs is not looked up again after each one that it
// writes only where it is in variables of its own.
void DecimalKeys::add_run() {
  const Digits digits(id_);
  const auto room = static_cast<std::int64_t>(starts_.size() - size_);
  const auto end = id_ + std::min(std::min(digits.end(), end_) - id_, room);
  const Pattern* const patterns = patterns_.data();
  const std::size_t n = patterns_.size();
  const char* const texts = texts_.data();
  char* const bytes = bytes_.data();
  auto* start = starts_.data() + size_;
  auto* length = lengths_.data() + size_;
  auto at = length_;
  auto next_pattern = pattern_;
  for (auto id = id_; id < end; ++id) {
    const Pattern pattern = patterns[next_pattern];
    for (std::size_t i = 0; i < pattern.length; i += piece) {
      std::memcpy(bytes + at + i, texts + pattern.start + i, piece);
    }
    digits.write(id, bytes + at + pattern.length);
    *start++ = at;
    *length = pattern.length + digits.length();
    at += *length++;
    next_pattern = next_pattern + 1 == n ? 0 : next_pattern + 1;
  }
  size_ += static_cast<std::size_t>(end - id_);
  length_ = at;
  id_ = end;
  pattern_ = next_pattern;
}

}  // namespace partwise::keys
