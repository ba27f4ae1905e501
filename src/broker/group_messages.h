// What the group coordinator is asked and what it answers, in no version's wire format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "protocol/error_code.h"

namespace partwise::broker {

/// Limits and delays. Names and defaults are those of Kafka's broker settings, where it has them.
///
/// source: Kafka broker configuration, "group.*" and "offsets.*"
struct GroupSettings {
  Millis min_session_timeout = std::chrono::seconds(6);
  Millis max_session_timeout = std::chrono::minutes(30);
  /// How long the first member of an empty group waits for others; Kafka's default is 3 s.
  Millis initial_rebalance_delay{0};
  /// A new member that still waits after it is told to join again; not to be set in Kafka.
  Millis new_member_join_timeout = std::chrono::minutes(5);
  /// Members of one group, and ids given out to members still to come. Kafka has no limit by
  /// default.
  std::size_t max_group_size = 10'000;
  /// Not in Kafka.
  std::size_t max_groups = 10'000;
  /// Of all names, metadata, assignments and offsets together. Not in Kafka.
  std::size_t max_bytes = std::size_t{256} << 20;
  std::size_t max_offset_metadata = 4096;  ///< bytes
  Millis offsets_retention = std::chrono::days(7);
  Millis retention_check_interval = std::chrono::minutes(10);
};

/// One way of assigning partitions, by the name that all members must know it by.
struct GroupProtocol {
  std::string name;
  std::string metadata;  ///< for the leader's eyes; for consumers, their subscription
  friend bool operator==(const GroupProtocol&, const GroupProtocol&) = default;
};

struct JoinRequest {
  std::string group;
  std::string member_id;                   ///< empty for one that has none yet
  std::optional<std::string> instance_id;  ///< of a static member
  std::string client_id;
  std::string client_host;
  std::string protocol_type;             ///< "consumer", "connect"
  std::vector<GroupProtocol> protocols;  ///< the preferred first
  Millis session_timeout{};
  Millis rebalance_timeout{};        ///< the session timeout in JoinGroup v0
  bool member_id_required = false;   ///< JoinGroup from v4: an id is given out before the join
  bool may_skip_assignment = false;  ///< JoinGroup from v9
};

struct JoinedMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string metadata;  ///< of the chosen protocol
};

struct JoinResult {
  protocol::ErrorCode error = protocol::ErrorCode::none;
  std::int32_t generation = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  std::string member_id;
  bool skip_assignment = false;       ///< the leader keeps the assignment that there is
  std::vector<JoinedMember> members;  ///< for the leader only
};

using JoinAnswer = std::function<void(JoinResult)>;

struct Assignment {
  std::string member_id;
  std::string assignment;
};

struct SyncRequest {
  std::string group;
  std::int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> instance_id;
  std::optional<std::string> protocol_type;  ///< both absent before SyncGroup v5
  std::optional<std::string> protocol_name;
  std::vector<Assignment> assignments;  ///< from the leader only
};

struct SyncResult {
  protocol::ErrorCode error = protocol::ErrorCode::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string assignment;
};

using SyncAnswer = std::function<void(SyncResult)>;

struct HeartbeatRequest {
  std::string group;
  std::int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> instance_id;
};

/// A static member may be named by its instance alone, with an empty member id.
struct MemberIdentity {
  std::string member_id;
  std::optional<std::string> instance_id;
};

struct LeaveRequest {
  std::string group;
  std::vector<MemberIdentity> members;
};

struct LeaveResult {
  protocol::ErrorCode error = protocol::ErrorCode::none;
  std::vector<protocol::ErrorCode> members;  ///< as the request names them; empty with an error
};

struct GroupPartition {
  std::string topic;
  std::int32_t partition = 0;
};

struct OffsetToCommit {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = -1;
  std::int32_t leader_epoch = -1;
  std::string metadata;
};

struct CommitRequest {
  std::string group;
  /// Below 0 and without a member: from a consumer outside of any group, or an administrator.
  std::int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> instance_id;
  std::optional<Millis> retention;  ///< OffsetCommit v2 .. v4, where not -1
  std::vector<OffsetToCommit> offsets;
};

struct CommittedOffset {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = -1;  ///< -1 where nothing is committed
  std::int32_t leader_epoch = -1;
  std::string metadata;
};

struct DeleteOffsetsResult {
  protocol::ErrorCode error = protocol::ErrorCode::none;
  std::vector<protocol::ErrorCode> partitions;  ///< as the request names them; empty with an error
};

struct ListedGroup {
  std::string group;
  std::string protocol_type;  ///< empty for a group that only commits offsets
  std::string state;          ///< "Stable"
  std::string type;           ///< "classic"
};

struct DescribedMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  std::string metadata;  ///< empty unless the group is stable
  std::string assignment;
};

struct DescribedGroup {
  /// Without the group: state "Dead" and no error up to DescribeGroups v5, GROUP_ID_NOT_FOUND from
  /// v6 on.
  bool exists = false;
  std::string state = "Dead";
  std::string protocol_type;
  std::string protocol_name;  ///< empty unless the group is stable
  std::vector<DescribedMember> members;
};

}  // namespace partwise::broker
