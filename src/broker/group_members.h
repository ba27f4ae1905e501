// Who belongs to a group: its members, its leader, and the protocols that they have in common.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/budget.h"
#include "broker/group_messages.h"
#include "broker/timer.h"

namespace partwise::broker {

struct GroupMember {
  explicit GroupMember(Agenda& agenda) : session(agenda) {}

  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  std::vector<GroupProtocol> protocols;
  Millis session_timeout{};
  Millis rebalance_timeout{};
  std::string assignment;
  JoinAnswer joining;     ///< set while it waits in join
  SyncAnswer syncing;     ///< set while it waits in sync
  bool sync_due = false;  ///< it has joined the generation and not asked for its assignment
  bool is_new = false;    ///< it has never been answered: it cannot send heartbeats yet
  Timer session;
  Budget::Share described;  ///< of what it said when it joined
  Budget::Share assigned;

  /// Of a protocol that it knows.
  [[nodiscard]] const std::string& metadata(std::string_view protocol) const;
};

/// threads: owner only
class GroupMembers {
 public:
  using Map = std::map<std::string, GroupMember, std::less<>>;

  /// An id that is not a member's. The first member leads.
  GroupMember& add(const std::string& id, const std::optional<std::string>& instance_id,
                   Agenda& agenda);

  /// If it led, another one does; the instance's name is free again.
  void remove(std::string_view id);

  /// A static member has started anew and has a new id; the one of the old id is fenced.
  void rename(std::string_view old_id, const std::string& new_id);

  /// nullptr for one that is not a member.
  GroupMember* find(std::string_view id);
  [[nodiscard]] const GroupMember* find(std::string_view id) const;
  /// nullptr for an instance that is not a member.
  [[nodiscard]] const std::string* static_id(std::string_view instance_id) const;

  /// NONE for a member by that id and instance; UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID.
  [[nodiscard]] protocol::ErrorCode check(std::string_view id,
                                          const std::optional<std::string>& instance_id) const;

  [[nodiscard]] Map& all() { return members_; }
  [[nodiscard]] const Map& all() const { return members_; }
  [[nodiscard]] bool empty() const { return members_.empty(); }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] std::size_t joining() const;

  [[nodiscard]] const std::string& leader() const { return leader_; }
  /// The leader must be among those who wait in join: another one leads if it is not. False when
  /// no one waits.
  bool lead_by_joined();

  /// Whether all members know one of `protocols`.
  [[nodiscard]] bool share(std::span<const GroupProtocol> protocols) const;
  /// Of those that all know, the one that most members prefer. There must be one.
  [[nodiscard]] std::string favourite_protocol() const;

  /// The longest of all members; zero without members.
  [[nodiscard]] Millis rebalance_timeout() const;

  /// Of all members; nothing when one of them cannot be read.
  [[nodiscard]] std::optional<std::set<std::string>> topics(std::string_view protocol) const;

 private:
  [[nodiscard]] bool all_know(std::string_view protocol) const;

  Map members_;
  std::map<std::string, std::string, std::less<>> static_ids_;  ///< by instance
  std::string leader_;                                          ///< empty: none
};

}  // namespace partwise::broker
