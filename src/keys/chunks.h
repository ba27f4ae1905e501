// Keys in order, cut into chunks of equal numbers of keys: the "range" partitioning.
#pragma once

#include <algorithm>
#include <cstdint>

#include "keys/load.h"

namespace partwise::keys {

/// Puts the keys that it is given, in order, on partitions: K / P + 1 keys each (a whole number),
/// as the existing key analyser does it.
///
/// threads: one at a time
class Chunks {
 public:
  Chunks(std::int64_t keys, Load& load) : size_(keys / load.partitions() + 1), load_(load) {}

  /// How many keys the present chunk still takes.
  [[nodiscard]] std::int64_t room() const { return size_ - rank_ % size_; }

  /// The next `keys` keys, in one or several chunks; each of `key_bytes` bytes, with
  /// `records_each`.
  void add(std::int64_t keys, std::int64_t records_each, std::int64_t key_bytes,
           std::size_t group) {
    while (keys > 0) {
      const auto now = std::min(keys, room());
      const auto partition = static_cast<std::size_t>(rank_ / size_);
      if (load_.groups.empty()) {
        load_.add(partition, now * records_each, key_bytes);
      } else {
        load_.add(partition, now * records_each, key_bytes, group);
      }
      rank_ += now;
      keys -= now;
    }
  }

 private:
  std::int64_t size_;
  std::int64_t rank_ = 0;
  Load& load_;
};

}  // namespace partwise::keys
