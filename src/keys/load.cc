#include "keys/load.h"

#include "base/check.h"

namespace partwise::keys {

void Load::add(const Load& other) {
  CHECK(other.partitions() == partitions());
  for (std::size_t p = 0; p < records.size(); ++p) {
    records[p] += other.records[p];
    key_bytes[p] += other.key_bytes[p];
  }
}

}  // namespace partwise::keys
