// From a key's hash to where it is kept: the one hash table for keys.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"

namespace partwise::keys {

/// Numbers below 2^32 - 1, found by 64-bit hashes. Open addressing, at most three quarters full.
///
/// threads: one at a time; memory: 8 bytes a slot
class SlotIndex {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  /// Room for `size` entries; for more, it grows.
  explicit SlotIndex(std::size_t size) { resize(size); }

  /// The number with that hash for which `is(number)`, or none.
  template <class Is>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, const Is& is) const {
    const auto tag = tag_of(hash);
    for (auto at = home_of(tag); slots_[at].number != none; at = next(at)) {
      if (slots_[at].tag == tag && is(slots_[at].number)) return slots_[at].number;
    }
    return none;
  }

  void insert(std::uint64_t hash, std::uint32_t number) {
    if (++used_ * 4 > slots_.size() * 3) grow();
    place({tag_of(hash), number});
  }

  void clear() {
    for (auto& slot : slots_) slot.number = none;
    used_ = 0;
  }

  [[nodiscard]] std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }
  /// Of a table for `size` entries.
  static constexpr std::size_t memory_for(std::size_t size) {
    return std::bit_ceil(2 * size + 2) * sizeof(Slot);
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;  // the low half of the hash: sampled keys have equal high bits
    std::uint32_t number = none;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  [[nodiscard]] std::size_t home_of(std::uint32_t tag) const { return tag & mask_; }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & mask_; }
  void resize(std::size_t size) {
    slots_.assign(std::bit_ceil(2 * size + 2), {});
    mask_ = slots_.size() - 1;
  }
  void place(Slot slot) {
    auto at = home_of(slot.tag);
    while (slots_[at].number != none) at = next(at);
    slots_[at] = slot;
  }
  void grow() {
    auto old = std::move(slots_);
    resize(old.size() - 1);  // twice as many
    for (const auto& slot : old) {
      if (slot.number != none) place(slot);
    }
  }

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
};

}  // namespace partwise::keys
