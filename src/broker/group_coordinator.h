// Consumer groups: who is a member, who reads what, and how far they have come.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "broker/agenda.h"
#include "broker/answers.h"
#include "broker/budget.h"
#include "broker/group.h"
#include "broker/group_messages.h"
#include "broker/timer.h"

namespace partwise::broker {

/// All groups of the cluster, with the classic protocol (JoinGroup, SyncGroup, Heartbeat).
///
/// Join and sync may have to wait for other members: their answers are called once, from within
/// this or a later call or from the agenda, and may call the coordinator again. An answer that no
/// one waits for any more (the connection has gone) must do no harm; the member is then removed
/// when its session times out. Answers still outstanding when the coordinator ends are not called.
///
/// Topics are not looked at: whether a partition exists is for the caller to check.
///
/// errors: POLICY_VIOLATION where a limit is hit that Kafka does not have,
/// INVALID_COMMIT_OFFSET_SIZE
///         for an offset that finds no more room
/// source: behaviour of Apache Kafka 4.3
/// threads: owner only
class GroupCoordinator {
 public:
  /// `seed` makes the members' ids.
  GroupCoordinator(const GroupSettings& settings, const Clock& clock, Agenda& agenda,
                   std::uint64_t seed);

  void join(const JoinRequest& request, JoinAnswer answer);
  void sync(const SyncRequest& request, SyncAnswer answer);
  protocol::ErrorCode heartbeat(const HeartbeatRequest& request);
  LeaveResult leave(const LeaveRequest& request);

  /// One code for each offset, in their order. For a group that is not known, a generation gives
  /// ILLEGAL_GENERATION (from OffsetCommit v9 on: GROUP_ID_NOT_FOUND, for the caller to change).
  std::vector<protocol::ErrorCode> commit(const CommitRequest& request);

  /// One for each partition, in their order.
  [[nodiscard]] std::vector<CommittedOffset> committed(
      std::string_view group, std::span<const GroupPartition> partitions) const;
  /// All of the group, by topic and partition.
  [[nodiscard]] std::vector<CommittedOffset> committed(std::string_view group) const;

  DeleteOffsetsResult delete_offsets(std::string_view group,
                                     std::span<const GroupPartition> partitions);

  /// The topic is no more: its offsets in all groups are not either.
  void forget_topic(std::string_view topic);

  /// By name. Filters in any case; an empty one lets everything pass.
  [[nodiscard]] std::vector<ListedGroup> list(std::span<const std::string> states = {},
                                              std::span<const std::string> types = {}) const;
  [[nodiscard]] DescribedGroup describe(std::string_view group) const;
  protocol::ErrorCode delete_group(std::string_view group);

 private:
  Group* find(std::string_view group);
  [[nodiscard]] const Group* find(std::string_view group) const;
  /// nullptr when there is no room for one more.
  Group* found_or_new(const std::string& group);
  void check_retention();

  GroupSettings settings_;
  const Clock& clock_;
  Agenda& agenda_;
  Random random_;
  Answers answers_;
  Budget budget_;
  std::map<std::string, Group, std::less<>> groups_;
  Timer retention_check_;
};

}  // namespace partwise::broker
