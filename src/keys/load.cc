#include "keys/load.h"

#include <numeric>

#include "base/check.h"

namespace partwise::keys {

std::int64_t Load::total_records() const {
  return std::accumulate(records.begin(), records.end(), std::int64_t{0});
}

void Load::add(const Load& other) {
  CHECK(other.partitions() == partitions());
  for (std::size_t p = 0; p < records.size(); ++p) {
    records[p] += other.records[p];
    key_bytes[p] += other.key_bytes[p];
  }
}

void Load::put_on(const CountedKey& key, std::size_t partition) {
  add(partition, key.records, std::ssize(key.key));
  if (!groups.empty()) groups[key.group][partition] += key.records;
}

void Load::take_off(const CountedKey& key, std::size_t partition) {
  put_on({key.key, -key.records, key.group}, partition);
}

}  // namespace partwise::keys
