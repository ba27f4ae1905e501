// What lies on each partition.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace partwise::keys {

/// A key that many records have.
struct CountedKey {
  std::string key;
  std::int64_t records = 0;
  std::uint32_t group = 0;
};

/// One number for each partition in each list.
struct Load {
  Load() = default;
  Load(int partition_count, std::size_t group_count)
      : records(static_cast<std::size_t>(partition_count)),
        key_bytes(static_cast<std::size_t>(partition_count)),
        groups(group_count, std::vector<std::int64_t>(static_cast<std::size_t>(partition_count))) {}

  std::vector<std::int64_t> records;
  std::vector<std::int64_t> key_bytes;            ///< of the records' keys
  std::vector<std::vector<std::int64_t>> groups;  ///< records of each group of keys; may be empty

  [[nodiscard]] int partitions() const { return static_cast<int>(records.size()); }
  [[nodiscard]] std::int64_t total_records() const;

  void add(std::size_t partition, std::int64_t count, std::int64_t bytes_each) {
    records[partition] += count;
    key_bytes[partition] += count * bytes_each;
  }
  void add(std::size_t partition, std::int64_t count, std::int64_t bytes_each, std::size_t group) {
    add(partition, count, bytes_each);
    groups[group][partition] += count;
  }
  /// Without groups where the other has none.
  void add(const Load& other);
  void put_on(const CountedKey& key, std::size_t partition);
  void take_off(const CountedKey& key, std::size_t partition);
};

}  // namespace partwise::keys
