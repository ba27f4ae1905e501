// How members come into a group: the first time, again, or in place of what they were before.
#include <array>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "broker/group.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

/// A member's node, timer and small fields, roughly.
constexpr std::size_t member_bytes = 1024;

/// Version 4, as Kafka's are.
std::string random_uuid(Random& random) {
  const auto high = (random.next() & ~0xf000ULL) | 0x4000ULL;
  const auto low = (random.next() & ~(3ULL << 62)) | (1ULL << 63);
  std::array<char, 37> text{};
  (void)std::snprintf(text.data(), text.size(), "%08llx-%04llx-%04llx-%04llx-%012llx",
                      static_cast<unsigned long long>(high >> 32),
                      static_cast<unsigned long long>((high >> 16) & 0xffff),
                      static_cast<unsigned long long>(high & 0xffff),
                      static_cast<unsigned long long>(low >> 48),
                      static_cast<unsigned long long>(low & 0xffffffffffff));
  return text.data();
}

std::size_t size_of(const JoinRequest& request) {
  auto size = member_bytes + request.client_id.size() + request.client_host.size() +
              request.instance_id.value_or("").size();
  for (const auto& protocol : request.protocols) {
    size += protocol.name.size() + protocol.metadata.size();
  }
  return size;
}

}  // namespace

void Group::join(const JoinRequest& request, JoinAnswer answer) {
  if (!accepts(request)) {
    if (members_.find(request.member_id) != nullptr) {
      remove_member(request.member_id);
      rebalance_or_complete();  // Kafka would let the others wait for their time-out
    }
    return refuse(answer, {}, ErrorCode::group_max_size_reached);
  }
  if (!can_work_with(request)) {
    return refuse(answer, request.member_id, ErrorCode::inconsistent_group_protocol);
  }
  if (request.member_id.empty()) {
    join_new(request, std::move(answer));
  } else {
    join_known(request, std::move(answer));
  }
}

// While a group prepares, those who have joined count: so the last ones to come back are left out
// of a group that has grown too large.
bool Group::accepts(const JoinRequest& request) const {
  const auto limit = world_.settings.max_group_size;
  if (request.member_id.empty() && pending_.size() >= limit) return false;
  const auto* member = members_.find(request.member_id);
  switch (state_) {
    case State::empty:
      return true;
    case State::preparing:
      return (member != nullptr && member->joining) || members_.joining() < limit;
    case State::completing:
    case State::stable:
      break;
  }
  return member != nullptr || members_.size() < limit;
}

bool Group::can_work_with(const JoinRequest& request) const {
  if (members_.empty()) return !request.protocol_type.empty() && !request.protocols.empty();
  return request.protocol_type == protocol_type_ && members_.share(request.protocols);
}

void Group::join_new(const JoinRequest& request, JoinAnswer answer) {
  const auto id = new_member_id(request);
  if (request.instance_id) {
    if (const auto* old_id = members_.static_id(*request.instance_id)) {
      return replace_static(std::string(*old_id), id, request, std::move(answer));
    }
  } else if (request.member_id_required) {
    return give_id(id, request, answer);
  }
  add_member(id, request, std::move(answer));
}

void Group::give_id(const std::string& id, const JoinRequest& request, const JoinAnswer& answer) {
  auto share = world_.budget.take(member_bytes + id.size());
  if (!share) return refuse(answer, {}, ErrorCode::policy_violation);
  auto& pending = pending_.try_emplace(id, world_.agenda).first->second;
  pending.share = *std::move(share);
  set_timer(pending.session, request.session_timeout, [this, id] { session_over(id); });
  refuse(answer, id, ErrorCode::member_id_required);
}

void Group::join_known(const JoinRequest& request, JoinAnswer answer) {
  const auto& id = request.member_id;
  if (pending_.contains(id) && !request.instance_id) {
    return add_member(id, request, std::move(answer));
  }
  const auto error = members_.check(id, request.instance_id);
  if (error != ErrorCode::none) return refuse(answer, id, error);
  auto& member = *members_.find(id);
  const bool says_the_same = member.protocols == request.protocols;
  // It may not have received the answer to its first request.
  const bool joined_already =
      says_the_same &&
      (state_ == State::completing || (state_ == State::stable && members_.leader() != id));
  // A leader that joins again wants another assignment, even if it says the same.
  if (!joined_already) return update_member(id, request, std::move(answer));
  renew(id, member, member.session_timeout);
  put(answer, generation_for(id));
}

void Group::add_member(const std::string& id, const JoinRequest& request, JoinAnswer answer) {
  auto& member = members_.add(id, request.instance_id, world_.agenda);
  if (!describe_member(member, request, answer)) return members_.remove(id);
  if (members_.size() == 1) protocol_type_ = request.protocol_type;
  pending_.erase(id);
  member.client_id = request.client_id;
  member.client_host = request.client_host;
  member.is_new = true;
  member.joining = std::move(answer);
  if (state_ == State::preparing && initial_) new_member_came_ = true;
  renew(id, member, world_.settings.new_member_join_timeout);
  rebalance_or_complete();
}

void Group::update_member(const std::string& id, const JoinRequest& request, JoinAnswer answer) {
  auto& member = *members_.find(id);
  if (!describe_member(member, request, answer)) return;
  // The one that waits is of an earlier connection.
  if (member.joining) refuse(member.joining, id, ErrorCode::rebalance_in_progress);
  member.joining = std::move(answer);
  rebalance_or_complete();
}

bool Group::describe_member(GroupMember& member, const JoinRequest& request,
                            const JoinAnswer& answer) {
  auto share = world_.budget.take(size_of(request));
  if (!share) {
    refuse(answer, request.member_id, ErrorCode::policy_violation);
    return false;
  }
  member.described = *std::move(share);
  member.protocols = request.protocols;
  member.session_timeout = request.session_timeout;
  member.rebalance_timeout = request.rebalance_timeout;
  return true;
}

// A static member that starts anew takes the place of what it was before. In a stable group no one
// else need know, unless the group would now choose another protocol.
void Group::replace_static(const std::string& old_id, const std::string& id,
                           const JoinRequest& request, JoinAnswer answer) {
  auto& member = *members_.find(old_id);
  if (!describe_member(member, request, answer)) return;
  const bool led = members_.leader() == old_id;
  if (member.joining) refuse(member.joining, old_id, ErrorCode::fenced_instance_id);
  if (member.syncing) refuse(member.syncing, ErrorCode::fenced_instance_id);
  member.syncing = nullptr;
  member.is_new = false;
  member.joining = std::move(answer);
  members_.rename(old_id, id);
  renew(id, member, member.session_timeout);
  if (state_ == State::completing) return prepare_rebalance();
  if (state_ == State::preparing || members_.favourite_protocol() != protocol_name_) {
    return rebalance_or_complete();
  }
  auto result = generation_for(id);
  result.skip_assignment = led && request.may_skip_assignment;
  if (result.skip_assignment) {
    result.members = members_for_leader();
  } else if (led) {
    // Older clients would assign anew if they saw that they lead.
    result.leader = old_id;
  }
  put(std::exchange(member.joining, nullptr), std::move(result));
}

std::string Group::new_member_id(const JoinRequest& request) const {
  return request.instance_id.value_or(request.client_id) + '-' + random_uuid(world_.random);
}

}  // namespace partwise::broker
