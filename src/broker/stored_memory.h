// The bound on what all stored logs hold together: the oldest batches go first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace partwise::broker {

class StoredLog;

/// threads: owner only
class StoredMemory {
 public:
  /// Batches of all logs in the order in which they came.
  using Turn = std::uint64_t;

  /// on_first_drop: called once, when a batch goes for want of memory
  StoredMemory(std::int64_t most, std::function<void()> on_first_drop)
      : most_(most), on_first_drop_(std::move(on_first_drop)) {}

  /// A batch of so many bytes has come. units: bytes
  Turn added(std::int64_t bytes);
  void removed(std::int64_t bytes) { used_ -= bytes; }

  /// `turn` is that of the log's oldest batch; call it whenever that changes.
  void set_oldest(Turn turn, StoredLog& log) { oldest_[turn] = &log; }
  void unset_oldest(Turn turn) { oldest_.erase(turn); }

  /// Drops batches until the rest fits.
  void make_room();

  [[nodiscard]] std::int64_t used() const { return used_; }
  [[nodiscard]] std::int64_t most() const { return most_; }

 private:
  std::int64_t most_;
  std::function<void()> on_first_drop_;
  std::int64_t used_ = 0;
  Turn last_ = 0;
  std::map<Turn, StoredLog*> oldest_;  ///< of each log that holds something
};

}  // namespace partwise::broker
