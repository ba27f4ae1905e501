// How far a group has come in each partition.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broker/budget.h"
#include "broker/group_messages.h"

namespace partwise::broker {

/// threads: owner only
class GroupOffsets {
 public:
  /// False when the budget has no room for it; what was committed before then stays.
  bool commit(const OffsetToCommit& offset, Instant now, std::optional<Millis> retention,
              Budget& budget);

  /// offset -1 where nothing is committed
  [[nodiscard]] CommittedOffset of(const GroupPartition& partition) const;
  /// By topic and partition.
  [[nodiscard]] std::vector<CommittedOffset> all() const;
  [[nodiscard]] bool empty() const { return topics_.empty(); }

  void remove(const GroupPartition& partition);
  void remove_topic(std::string_view topic);

  /// Removes what is older than `retention`, or than its own time if it was committed with one.
  /// Age counts from `idle_since`, or else from each commit. Topics that `kept` names stay.
  void expire(Instant now, Millis retention, std::optional<Instant> idle_since,
              const std::function<bool(const std::string&)>& kept);

 private:
  struct Entry {
    std::int64_t offset = -1;
    std::int32_t leader_epoch = -1;
    std::string metadata;
    Instant committed;
    std::optional<Instant> expires;
    Budget::Share share;
  };
  using Partitions = std::map<std::int32_t, Entry>;

  std::map<std::string, Partitions, std::less<>> topics_;
};

}  // namespace partwise::broker
