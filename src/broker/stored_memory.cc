#include "broker/stored_memory.h"

#include <utility>

#include "broker/stored_log.h"

namespace partwise::broker {

StoredMemory::Turn StoredMemory::added(std::int64_t bytes) {
  used_ += bytes;
  return ++last_;
}

void StoredMemory::make_room() {
  while (used_ > most_ && !oldest_.empty()) {
    oldest_.begin()->second->drop_oldest();
    if (on_first_drop_) std::exchange(on_first_drop_, nullptr)();
  }
}

}  // namespace partwise::broker
