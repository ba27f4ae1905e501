#include "keys/numbered_keys.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "keys/decimal_keys.h"
#include "keys/numbered_order.h"

namespace partwise::keys {
namespace {

constexpr std::int64_t block_keys = 4096;
constexpr std::size_t digits_most = 19;

// "k" and "k1": the key k10 is one of the first and, with the number 0, of the second.
bool may_make_the_same(std::string_view shorter, std::string_view longer) {
  return longer.size() > shorter.size() && longer.starts_with(shorter) &&
         std::isdigit(static_cast<unsigned char>(longer[shorter.size()])) != 0;
}

int digits_of(std::int64_t number) {
  int digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

// The digits of the numbers below `end`, of all together that have the remainder.
std::int64_t digits_below(std::int64_t end, std::int64_t divisor, std::int64_t remainder) {
  std::int64_t sum = 0;
  std::int64_t from = 0;
  std::int64_t to = 10;
  for (int digits = 1; from < end; ++digits, from = std::exchange(to, to * 10)) {
    sum += digits * numbers_with_remainder(from, std::min(to, end), divisor, remainder);
  }
  return sum;
}

}  // namespace

Result<std::unique_ptr<NumberedKeys>> NumberedKeys::from(const Spec& spec) {
  if (spec.patterns.empty()) {
    return fail(ErrorKind::invalid_input, "no key pattern is given",
                "a list such as user_id-,tenant_id-");
  }
  for (const auto& a : spec.patterns) {
    for (const auto& b : spec.patterns) {
      if (!may_make_the_same(a, b)) continue;
      return fail(ErrorKind::invalid_input,
                  fmt::format("the key patterns '{}' and '{}' can make the same key", a, b),
                  "patterns that go on with another character than a digit, such as user_id-");
    }
  }
  return std::unique_ptr<NumberedKeys>(new NumberedKeys(spec));
}

NumberedKeys::NumberedKeys(Spec spec) : spec_(std::move(spec)), groups_(spec_.patterns) {
  if (spec_.first == 0) return;
  groups_.insert(groups_.begin(), spec_.shared_key);
  first_group_ = 1;
}

std::int64_t NumberedKeys::keys() const {
  return spec_.end - spec_.first + (spec_.first > 0 ? 1 : 0);
}

std::int64_t NumberedKeys::key_bytes() const {
  const auto n = std::ssize(spec_.patterns);
  auto bytes = spec_.first * std::ssize(spec_.shared_key);
  for (std::int64_t i = 0; i < n; ++i) {
    bytes += numbers_with_remainder(spec_.first, spec_.end, n, i) *
             std::ssize(spec_.patterns[static_cast<std::size_t>(i)]);
    bytes += digits_below(spec_.end, n, i) - digits_below(spec_.first, n, i);
  }
  return bytes;
}

bool NumberedKeys::visit_shared(const TakeKeys& take) const {
  if (spec_.first == 0) return true;
  const std::string padded = spec_.shared_key + std::string(KeyBlock::readable_beyond, '\0');
  const std::uint32_t start = 0;
  const auto length = static_cast<std::uint32_t>(spec_.shared_key.size());
  const std::uint32_t group = 0;
  return take({padded.data(), {&start, 1}, {&length, 1}, {&spec_.first, 1}, {&group, 1}});
}

bool NumberedKeys::visit(const TakeKeys& take) const {
  if (!visit_shared(take)) return false;
  const auto n = spec_.patterns.size();
  auto pattern = static_cast<std::size_t>(spec_.first) % n;
  std::vector<std::uint32_t> groups(DecimalKeys::most_keys);
  DecimalKeys keys(spec_.patterns, spec_.first, spec_.end);
  KeyBlock block;
  while (keys.next(block)) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      groups[i] = first_group_ + static_cast<std::uint32_t>(pattern);
      if (++pattern == n) pattern = 0;
    }
    block.groups = {groups.data(), block.size()};
    if (!take(block)) return false;
  }
  return true;
}

bool NumberedKeys::visit_records(const TakeRecords& take) const {
  std::array<std::uint32_t, block_keys> bytes{};
  std::array<std::uint32_t, block_keys> groups{};
  bytes.fill(static_cast<std::uint32_t>(spec_.shared_key.size()));
  groups.fill(0);
  for (auto left = spec_.first; left > 0; left -= block_keys) {
    const auto count = static_cast<std::size_t>(std::min(left, block_keys));
    if (!take({{bytes.data(), count}, {groups.data(), count}})) return false;
  }
  const auto n = spec_.patterns.size();
  auto pattern = static_cast<std::size_t>(spec_.first) % n;
  auto digits = static_cast<std::uint32_t>(digits_of(spec_.first));
  std::int64_t longer_from = 1;  // the first number with one digit more
  for (std::uint32_t i = 0; i < digits; ++i) longer_from *= 10;
  for (auto id = spec_.first; id < spec_.end;) {
    std::size_t count = 0;
    for (; count < block_keys && id < spec_.end; ++count, ++id) {
      if (id == longer_from) {
        ++digits;
        longer_from *= 10;
      }
      bytes[count] = static_cast<std::uint32_t>(spec_.patterns[pattern].size()) + digits;
      groups[count] = first_group_ + static_cast<std::uint32_t>(pattern);
      if (++pattern == n) pattern = 0;
    }
    if (!take({{bytes.data(), count}, {groups.data(), count}})) return false;
  }
  return true;
}

std::optional<std::string_view> NumberedKeys::key_of(std::int64_t record, std::string& room) const {
  if (record < spec_.first) return spec_.shared_key;
  std::array<char, digits_most> digits{};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), record).ptr;
  room = spec_.patterns[static_cast<std::size_t>(record) % spec_.patterns.size()];
  room.append(digits.data(), end);
  return room;
}

std::vector<CountedKey> NumberedKeys::heavy(std::int64_t least, std::size_t most) const {
  std::vector<CountedKey> keys;
  if (most > 0 && spec_.first > 0 && spec_.first >= least) {
    keys.push_back({spec_.shared_key, spec_.first, 0});
  }
  for (auto id = spec_.first; least <= 1 && id < spec_.end && keys.size() < most; ++id) {
    const auto pattern = static_cast<std::size_t>(id) % spec_.patterns.size();
    keys.push_back({spec_.patterns[pattern] + std::to_string(id), 1,
                    first_group_ + static_cast<std::uint32_t>(pattern)});
  }
  return keys;
}

Load NumberedKeys::by_range(int partitions) const {
  Load load(partitions, groups_.size());
  Chunks chunks(keys(), load);
  // Any number begins with a digit: that tells where a pattern's keys stand among those of a longer
  // pattern that begins alike.
  std::map<std::string, std::vector<std::int64_t>> blocks;
  const auto n = std::ssize(spec_.patterns);
  for (std::int64_t i = 0; i < n; ++i) {
    blocks[spec_.patterns[static_cast<std::size_t>(i)] + "5"].push_back(i);
  }
  if (spec_.first > 0) blocks.try_emplace(spec_.shared_key);
  for (const auto& [text, remainders] : blocks) {
    if (remainders.empty()) {
      chunks.add(1, spec_.first, std::ssize(spec_.shared_key), 0);
    } else {
      add_in_byte_order({spec_.first, spec_.end, n, remainders}, std::ssize(text) - 1, first_group_,
                        chunks);
    }
  }
  return load;
}

}  // namespace partwise::keys
