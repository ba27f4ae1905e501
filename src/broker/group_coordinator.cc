#include "broker/group_coordinator.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

constexpr std::string_view group_type = "classic";

/// A group's node and small fields, roughly.
constexpr std::size_t group_bytes = 1024;

bool passes(std::string_view text, std::span<const std::string> filter) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const std::string& each) {
           return lowered(trimmed(each)) == lowered(text);
         });
}

}  // namespace

GroupCoordinator::GroupCoordinator(const GroupSettings& settings, const Clock& clock,
                                   Agenda& agenda, std::uint64_t seed)
    : settings_(settings),
      clock_(clock),
      agenda_(agenda),
      random_(seed),
      budget_(settings.max_bytes),
      retention_check_(agenda) {}

Group* GroupCoordinator::find(std::string_view group) {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

const Group* GroupCoordinator::find(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

Group* GroupCoordinator::found_or_new(const std::string& group) {
  if (auto* known = find(group)) return known;
  if (groups_.size() >= settings_.max_groups) return nullptr;
  auto share = budget_.take(group_bytes + group.size());
  if (!share) return nullptr;
  if (!retention_check_.is_set()) {
    retention_check_.set(clock_.steady_now() + settings_.retention_check_interval,
                         [this] { check_retention(); });
  }
  const GroupWorld world{settings_, clock_, agenda_, random_, answers_, budget_};
  return &groups_.try_emplace(group, world, *std::move(share)).first->second;
}

void GroupCoordinator::check_retention() {
  for (auto group = groups_.begin(); group != groups_.end();) {
    group->second.expire_offsets();
    group = group->second.is_idle() ? groups_.erase(group) : std::next(group);
  }
  if (groups_.empty()) return;
  retention_check_.set(clock_.steady_now() + settings_.retention_check_interval,
                       [this] { check_retention(); });
}

void GroupCoordinator::join(const JoinRequest& request, JoinAnswer answer) {
  const auto refuse = [&](ErrorCode error) {
    JoinResult result;
    result.error = error;
    result.member_id = request.member_id;
    answer(std::move(result));
  };
  if (request.group.empty()) return refuse(ErrorCode::invalid_group_id);
  if (request.session_timeout < settings_.min_session_timeout ||
      request.session_timeout > settings_.max_session_timeout) {
    return refuse(ErrorCode::invalid_session_timeout);
  }
  auto* group = find(request.group);
  if (group == nullptr) {
    if (!request.member_id.empty()) return refuse(ErrorCode::unknown_member_id);
    group = found_or_new(request.group);
    if (group == nullptr) return refuse(ErrorCode::policy_violation);
  }
  group->join(request, std::move(answer));
  answers_.deliver();
}

void GroupCoordinator::sync(const SyncRequest& request, SyncAnswer answer) {
  auto* group = find(request.group);
  if (group == nullptr) {
    SyncResult result;
    result.error =
        request.group.empty() ? ErrorCode::invalid_group_id : ErrorCode::unknown_member_id;
    return answer(std::move(result));
  }
  group->sync(request, std::move(answer));
  answers_.deliver();
}

ErrorCode GroupCoordinator::heartbeat(const HeartbeatRequest& request) {
  auto* group = find(request.group);
  if (request.group.empty()) return ErrorCode::invalid_group_id;
  return group == nullptr ? ErrorCode::unknown_member_id : group->heartbeat(request);
}

LeaveResult GroupCoordinator::leave(const LeaveRequest& request) {
  if (request.group.empty()) return {.error = ErrorCode::invalid_group_id, .members = {}};
  LeaveResult result;
  if (auto* group = find(request.group)) {
    result.members = group->leave(request.members);
    answers_.deliver();
  } else {
    result.members.assign(request.members.size(), ErrorCode::unknown_member_id);
  }
  return result;
}

std::vector<ErrorCode> GroupCoordinator::commit(const CommitRequest& request) {
  const auto refused = [&](ErrorCode error) {
    return std::vector<ErrorCode>(request.offsets.size(), error);
  };
  auto* group = find(request.group);
  if (group == nullptr) {
    if (request.generation >= 0) return refused(ErrorCode::illegal_generation);
    group = found_or_new(request.group);
    if (group == nullptr) return refused(ErrorCode::policy_violation);
  }
  return group->commit(request);
}

std::vector<CommittedOffset> GroupCoordinator::committed(
    std::string_view group, std::span<const GroupPartition> partitions) const {
  const GroupOffsets none;
  const auto* found = find(group);
  const auto& offsets = found == nullptr ? none : found->offsets();
  std::vector<CommittedOffset> committed;
  committed.reserve(partitions.size());
  for (const auto& partition : partitions) committed.push_back(offsets.of(partition));
  return committed;
}

std::vector<CommittedOffset> GroupCoordinator::committed(std::string_view group) const {
  const auto* found = find(group);
  if (found == nullptr) return {};
  return found->offsets().all();
}

DeleteOffsetsResult GroupCoordinator::delete_offsets(std::string_view group,
                                                     std::span<const GroupPartition> partitions) {
  if (group.empty()) return {.error = ErrorCode::invalid_group_id, .partitions = {}};
  auto* found = find(group);
  if (found == nullptr) return {.error = ErrorCode::group_id_not_found, .partitions = {}};
  return found->delete_offsets(partitions);
}

void GroupCoordinator::forget_topic(std::string_view topic) {
  for (auto& [name, group] : groups_) group.forget_topic(topic);
}

std::vector<ListedGroup> GroupCoordinator::list(std::span<const std::string> states,
                                                std::span<const std::string> types) const {
  std::vector<ListedGroup> listed;
  if (!passes(group_type, types)) return listed;
  for (const auto& [name, group] : groups_) {
    if (!passes(group.state(), states)) continue;
    listed.push_back(
        {name, group.protocol_type(), std::string(group.state()), std::string(group_type)});
  }
  return listed;
}

DescribedGroup GroupCoordinator::describe(std::string_view group) const {
  const auto* found = find(group);
  return found == nullptr ? DescribedGroup{} : found->description();
}

ErrorCode GroupCoordinator::delete_group(std::string_view group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return ErrorCode::group_id_not_found;
  if (!found->second.is_empty()) return ErrorCode::non_empty_group;
  groups_.erase(found);
  return ErrorCode::none;
}

}  // namespace partwise::broker
