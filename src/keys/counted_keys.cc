#include "keys/counted_keys.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "keys/chunks.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

constexpr std::size_t block_keys = 4096;
// A block's starts are 32 bits.
constexpr std::uint64_t block_bytes = 1ULL << 30;

}  // namespace

std::uint32_t CountedKeys::find(std::string_view key, std::uint64_t hash) const {
  return index_.find(hash, [&](std::uint32_t number) { return this->key(number) == key; });
}

std::uint32_t CountedKeys::add(std::string_view key, std::int64_t records, std::uint32_t group) {
  CHECK(records >= 0);
  const auto hash = key_hash(key);
  auto number = find(key, hash);
  if (number == SlotIndex::none) {
    number = static_cast<std::uint32_t>(records_.size());
    CHECK(number < no_key);
    starts_.push_back(bytes_.size() - KeyBlock::readable_beyond);
    lengths_.push_back(static_cast<std::uint32_t>(key.size()));
    bytes_.insert(bytes_.end() - KeyBlock::readable_beyond, key.begin(), key.end());
    records_.push_back(0);
    if (!groups_.empty()) group_of_.push_back(group);
    index_.insert(hash, number);
  }
  records_[number] += records;
  keyed_records_ += records;
  key_bytes_ += records * static_cast<std::int64_t>(key.size());
  return number;
}

std::unique_ptr<CountedKeys> CountedKeys::scaled_to(std::int64_t records) const {
  const std::vector<double> weights(records_.begin(), records_.end());
  return shared_out(records, weights, static_cast<double>(null_records_));
}

std::unique_ptr<CountedKeys> CountedKeys::shared_out(std::int64_t records,
                                                     std::span<const double> weights,
                                                     double null_weight) const {
  CHECK(weights.size() == records_.size());
  auto shared = std::make_unique<CountedKeys>(groups_);
  const double all = std::accumulate(weights.begin(), weights.end(), 0.0) + null_weight;
  double before = 0;
  std::int64_t given = 0;
  const auto share_of = [&](double weight) {
    before += weight;  // in the order of `all`: the last one gets the rest
    const auto upto =
        before == all ? records : std::llround(before / all * static_cast<double>(records));
    return upto - std::exchange(given, upto);
  };
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto count = share_of(weights[i]);
    if (count > 0) shared->add(key(i), count, groups_.empty() ? 0 : group_of_[i]);
  }
  shared->add_null(share_of(null_weight));
  return shared;
}

std::int64_t CountedKeys::empty_key_records() const {
  const auto number = find({}, key_hash({}));
  return number == SlotIndex::none ? 0 : records_[number];
}

bool CountedKeys::visit(const TakeKeys& take) const {
  std::array<std::uint32_t, block_keys> starts{};
  for (std::size_t first = 0; first < records_.size();) {
    const auto base = starts_[first];
    std::size_t last = first;
    while (last < records_.size() && last - first < block_keys &&
           (last == first || starts_[last] + lengths_[last] - base < block_bytes)) {
      starts[last - first] = static_cast<std::uint32_t>(starts_[last] - base);
      ++last;
    }
    const auto count = last - first;
    KeyBlock block;
    block.bytes = bytes_.data() + base;
    block.starts = {starts.data(), count};
    block.lengths = {lengths_.data() + first, count};
    block.records = {records_.data() + first, count};
    if (!groups_.empty()) block.groups = {group_of_.data() + first, count};
    if (!take(block)) return false;
    first = last;
  }
  return true;
}

bool CountedKeys::visit_records(const TakeRecords& take) const {
  return order_.empty() ? visit_mean(take) : visit_in_order(take);
}

bool CountedKeys::visit_in_order(const TakeRecords& take) const {
  std::array<std::uint32_t, block_keys> bytes{};
  std::array<std::uint32_t, block_keys> groups{};
  std::size_t at = 0;
  for (auto left = records(); left > 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(left, block_keys));
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = order_[at];
      if (++at == order_.size()) at = 0;
      bytes[i] = number == no_key ? 0 : lengths_[number];
      if (!groups_.empty()) groups[i] = group_of_[number];
    }
    RecordBlock block{{bytes.data(), count}, {}};
    if (!groups_.empty()) block.groups = {groups.data(), count};
    if (!take(block)) return false;
    left -= static_cast<std::int64_t>(count);
  }
  return true;
}

// Whole bytes whose sum is that of all keys: by turns the mean rounded down and up.
bool CountedKeys::visit_mean(const TakeRecords& take) const {
  std::array<std::uint32_t, block_keys> bytes{};
  const auto all = records();
  std::int64_t owed = 0;
  for (auto left = all; left > 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(left, block_keys));
    for (std::size_t i = 0; i < count; ++i) {
      owed += key_bytes_ % all;
      const bool one_more = owed >= all;
      if (one_more) owed -= all;
      bytes[i] = static_cast<std::uint32_t>(key_bytes_ / all + (one_more ? 1 : 0));
    }
    if (!take({{bytes.data(), count}, {}})) return false;
    left -= static_cast<std::int64_t>(count);
  }
  return true;
}

std::optional<std::string_view> CountedKeys::key_of(std::int64_t record, std::string&) const {
  CHECK(has_order());
  const auto number = order_[static_cast<std::size_t>(record) % order_.size()];
  if (number == no_key) return std::nullopt;
  return key(number);
}

void CountedKeys::mix() {
  if (has_order()) return;
  // The j-th of a key's n records stands at (j + phase) / n of all; each key has a phase of its
  // own.
  constexpr double golden = 0.6180339887498949;
  std::vector<std::pair<double, std::uint32_t>> places;
  places.reserve(static_cast<std::size_t>(records()));
  const auto place = [&](std::uint32_t number, std::int64_t count) {
    const double phase = std::fmod((number + 1.0) * golden, 1.0);
    for (std::int64_t j = 0; j < count; ++j) {
      places.emplace_back((static_cast<double>(j) + phase) / static_cast<double>(count), number);
    }
  };
  for (std::size_t i = 0; i < records_.size(); ++i)
    place(static_cast<std::uint32_t>(i), records_[i]);
  place(no_key, null_records_);
  std::sort(places.begin(), places.end());
  order_.reserve(places.size());
  for (const auto& [at, number] : places) order_.push_back(number);
}

std::vector<CountedKey> CountedKeys::heavy(std::int64_t least, std::size_t most) const {
  std::vector<std::size_t> found;
  const auto whole = std::min(keys(), sampling_.whole);
  for (std::size_t i = 0; std::cmp_less(i, whole); ++i) {
    if (records_[i] >= least) found.push_back(i);
  }
  const auto heavier = [&](std::size_t a, std::size_t b) {
    return records_[a] != records_[b] ? records_[a] > records_[b] : a < b;
  };
  const auto count = std::min(most, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
                    heavier);
  found.resize(count);
  std::vector<CountedKey> keys;
  for (const auto i : found) {
    keys.push_back({std::string(key(i)), records_[i], groups_.empty() ? 0 : group_of_[i]});
  }
  return keys;
}

Load CountedKeys::by_range(int partitions) const {
  std::vector<std::uint32_t> sorted(records_.size());
  std::iota(sorted.begin(), sorted.end(), 0U);
  std::sort(sorted.begin(), sorted.end(),
            [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  Load load(partitions, groups_.size());
  Chunks chunks(keys(), load);
  for (const auto i : sorted) {
    chunks.add(1, records_[i], lengths_[i], groups_.empty() ? 0 : group_of_[i]);
  }
  return load;
}

}  // namespace partwise::keys
