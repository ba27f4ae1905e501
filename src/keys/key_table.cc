#include "keys/key_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace partwise::keys {
namespace {

constexpr double two_to_32 = 4294967296.0;
constexpr std::uint32_t always = 0xffffffff;

}  // namespace

KeyTable::KeyTable(KeyShares shares, int partitions, Partitioner partitioner)
    : shares_(std::move(shares)), partitioner_(partitioner) {
  CHECK(shares_.size() > 0 && partitions > 0);
  const auto keys = static_cast<std::size_t>(shares_.size());
  std::vector<std::int32_t> partition_of_key(keys);
  first_slots_.assign(static_cast<std::size_t>(partitions) + 1, 0);
  partition_shares_.assign(static_cast<std::size_t>(partitions), 0);
  // From the last, so that the small shares are summed first.
  for (std::size_t i = keys; i-- > 0;) {
    const int p = this->partition_of(static_cast<std::int64_t>(i));
    partition_of_key[i] = p;
    ++first_slots_[static_cast<std::size_t>(p) + 1];
    partition_shares_[static_cast<std::size_t>(p)] += shares_.share(static_cast<std::int64_t>(i));
  }
  std::partial_sum(first_slots_.begin(), first_slots_.end(), first_slots_.begin());
  slots_.resize(keys);
  auto next = first_slots_;
  for (std::size_t i = 0; i < keys; ++i) {
    const auto key = static_cast<std::uint32_t>(i);
    slots_[next[static_cast<std::size_t>(partition_of_key[i])]++] = {key, always, key};
  }
  for (std::size_t p = 0; p < partition_shares_.size(); ++p) {
    add_aliases(first_slots_[p], first_slots_[p + 1], partition_shares_[p]);
  }
}

int KeyTable::partition_of(std::int64_t key) const {
  return keys::partition_of(partitioner_, shares_.text(key), partitions());
}

void KeyTable::add_aliases(std::size_t first, std::size_t last, double share) {
  const auto scale = static_cast<double>(last - first) / share;
  std::vector<double> weights(last - first);
  std::vector<std::size_t> small;
  std::vector<std::size_t> large;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = scale * shares_.share(slots_[first + i].key);
    (weights[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const auto poor = small.back();
    const auto rich = large.back();
    small.pop_back();
    auto& slot = slots_[first + poor];
    slot.below = static_cast<std::uint32_t>(std::min(weights[poor] * two_to_32, double{always}));
    slot.other = slots_[first + rich].key;
    weights[rich] -= 1 - weights[poor];
    if (weights[rich] >= 1) continue;
    large.pop_back();
    small.push_back(rich);
  }
}

std::int64_t KeyTable::drawn(int partition, std::uint64_t random) const {
  const auto p = static_cast<std::size_t>(partition);
  const std::uint64_t count = first_slots_[p + 1] - first_slots_[p];
  CHECK(count > 0);
  // The high half picks the slot, the low half the key in it.
  const auto& slot = slots_[first_slots_[p] + ((random >> 32) * count >> 32)];
  return static_cast<std::uint32_t>(random) < slot.below ? slot.key : slot.other;
}

std::size_t KeyTable::memory_bytes() const {
  return sizeof(*this) + slots_.size() * sizeof(Slot) +
         first_slots_.size() * sizeof(std::uint32_t) + partition_shares_.size() * sizeof(double);
}

}  // namespace partwise::keys
