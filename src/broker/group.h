// One consumer group: how its members come together, agree on who reads what, and part.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "broker/agenda.h"
#include "broker/answers.h"
#include "broker/budget.h"
#include "broker/group_members.h"
#include "broker/group_messages.h"
#include "broker/group_offsets.h"
#include "broker/timer.h"

namespace partwise::broker {

/// What all groups share; outlives them.
struct GroupWorld {
  const GroupSettings& settings;
  const Clock& clock;
  Agenda& agenda;
  Random& random;
  Answers& answers;
  Budget& budget;
};

/// The way of a group:
///
///   empty ─► preparing ─► completing ─► stable
///            wait for     wait for      heartbeats
///            all to join  the leader's
///                         assignment
///
/// Each generation begins with preparing: when a member comes, leaves, falls silent or says
/// something new of itself. Answers go to the world's Answers, also those from the agenda.
///
/// threads: owner only
class Group {
 public:
  Group(const GroupWorld& world, Budget::Share share);

  /// The session timeout is within its limits.
  void join(const JoinRequest& request, JoinAnswer answer);
  void sync(const SyncRequest& request, SyncAnswer answer);
  protocol::ErrorCode heartbeat(const HeartbeatRequest& request);
  std::vector<protocol::ErrorCode> leave(std::span<const MemberIdentity> members);

  std::vector<protocol::ErrorCode> commit(const CommitRequest& request);
  DeleteOffsetsResult delete_offsets(std::span<const GroupPartition> partitions);
  void forget_topic(std::string_view topic) { offsets_.remove_topic(topic); }
  /// As Kafka does: of a group without members when it has been so for the retention; of consumers
  /// at work, only those of topics that none of them reads.
  void expire_offsets();
  [[nodiscard]] const GroupOffsets& offsets() const { return offsets_; }

  /// Without members.
  [[nodiscard]] bool is_empty() const { return state_ == State::empty; }
  /// Nothing would be lost with it.
  [[nodiscard]] bool is_idle() const { return is_empty() && offsets_.empty() && pending_.empty(); }
  [[nodiscard]] std::string_view state() const;
  [[nodiscard]] const std::string& protocol_type() const { return protocol_type_; }
  [[nodiscard]] DescribedGroup description() const;

 private:
  enum class State { empty, preparing, completing, stable };
  /// Who was given an id and is to join with it.
  struct Pending {
    explicit Pending(Agenda& agenda) : session(agenda) {}
    Timer session;
    Budget::Share share;
  };

  [[nodiscard]] bool accepts(const JoinRequest& request) const;
  [[nodiscard]] bool can_work_with(const JoinRequest& request) const;
  void join_new(const JoinRequest& request, JoinAnswer answer);
  void join_known(const JoinRequest& request, JoinAnswer answer);
  void give_id(const std::string& id, const JoinRequest& request, const JoinAnswer& answer);
  void add_member(const std::string& id, const JoinRequest& request, JoinAnswer answer);
  void replace_static(const std::string& old_id, const std::string& id, const JoinRequest& request,
                      JoinAnswer answer);
  void update_member(const std::string& id, const JoinRequest& request, JoinAnswer answer);
  /// False, and POLICY_VIOLATION is answered, when there is no room for what it says.
  bool describe_member(GroupMember& member, const JoinRequest& request, const JoinAnswer& answer);
  void remove_member(std::string_view id);

  void prepare_rebalance();
  void initial_delay_over(Millis delay, Millis remaining);
  void rebalance_or_complete();
  [[nodiscard]] bool all_joined() const;
  void complete_join();
  void remove_absent();
  void next_generation();
  /// False when there is no room for it.
  bool assign(std::span<const Assignment> assignments);
  void answer_syncs(protocol::ErrorCode error);

  void renew(const std::string& id, GroupMember& member, Millis timeout);
  void session_over(const std::string& id);
  void sync_over();
  void finish_sync_wait();
  void set_state(State state);
  void set_timer(Timer& timer, Millis delay, std::function<void()> act);

  [[nodiscard]] protocol::ErrorCode check_commit(const CommitRequest& request) const;
  [[nodiscard]] bool reads(const std::string& topic) const;

  [[nodiscard]] std::string new_member_id(const JoinRequest& request) const;
  [[nodiscard]] JoinResult generation_for(const std::string& id) const;
  [[nodiscard]] std::vector<JoinedMember> members_for_leader() const;
  [[nodiscard]] SyncResult sync_result(const GroupMember& member) const;
  void put(const JoinAnswer& answer, JoinResult result);
  void refuse(const JoinAnswer& answer, const std::string& id, protocol::ErrorCode error);
  void put(const SyncAnswer& answer, SyncResult result);
  void refuse(const SyncAnswer& answer, protocol::ErrorCode error);

  GroupWorld world_;
  Budget::Share share_;
  State state_ = State::empty;
  Instant state_since_;
  bool initial_ = false;          ///< preparing, and it was empty before
  bool new_member_came_ = false;  ///< since the initial delay began
  std::int32_t generation_ = 0;
  std::string protocol_type_;  ///< empty until a member joins
  std::optional<std::string> protocol_name_;
  std::optional<std::set<std::string>> topics_;  ///< read by consumers; nothing: not known
  GroupMembers members_;
  std::map<std::string, Pending, std::less<>> pending_;
  GroupOffsets offsets_;
  Timer join_timer_;
  Timer sync_timer_;
};

}  // namespace partwise::broker
