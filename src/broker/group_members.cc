#include "broker/group_members.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/consumer_protocol.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

const GroupProtocol* named(std::span<const GroupProtocol> protocols, std::string_view name) {
  const auto found = std::find_if(protocols.begin(), protocols.end(),
                                  [&](const GroupProtocol& each) { return each.name == name; });
  return found == protocols.end() ? nullptr : &*found;
}

}  // namespace

const std::string& GroupMember::metadata(std::string_view protocol) const {
  const auto* found = named(protocols, protocol);
  CHECK(found != nullptr);
  return found->metadata;
}

GroupMember& GroupMembers::add(const std::string& id, const std::optional<std::string>& instance_id,
                               Agenda& agenda) {
  const auto [place, added] = members_.try_emplace(id, agenda);
  CHECK(added);
  place->second.instance_id = instance_id;
  if (instance_id) static_ids_[*instance_id] = id;
  if (leader_.empty()) leader_ = id;
  return place->second;
}

void GroupMembers::remove(std::string_view id) {
  const auto found = members_.find(id);
  CHECK(found != members_.end());
  if (found->second.instance_id) static_ids_.erase(*found->second.instance_id);
  const bool led = leader_ == id;
  members_.erase(found);
  if (led) leader_ = members_.empty() ? std::string{} : members_.begin()->first;
}

void GroupMembers::rename(std::string_view old_id, const std::string& new_id) {
  auto node = members_.extract(members_.find(old_id));
  CHECK(!node.empty() && node.mapped().instance_id.has_value());
  static_ids_[*node.mapped().instance_id] = new_id;
  if (leader_ == old_id) leader_ = new_id;
  node.key() = new_id;
  members_.insert(std::move(node));
}

GroupMember* GroupMembers::find(std::string_view id) {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

const GroupMember* GroupMembers::find(std::string_view id) const {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

const std::string* GroupMembers::static_id(std::string_view instance_id) const {
  const auto found = static_ids_.find(instance_id);
  return found == static_ids_.end() ? nullptr : &found->second;
}

ErrorCode GroupMembers::check(std::string_view id,
                              const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const auto* current = static_id(*instance_id);
    if (current == nullptr) return ErrorCode::unknown_member_id;
    if (*current != id) return ErrorCode::fenced_instance_id;
  }
  return members_.contains(id) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

std::size_t GroupMembers::joining() const {
  return static_cast<std::size_t>(std::count_if(
      members_.begin(), members_.end(), [](auto& each) { return each.second.joining != nullptr; }));
}

bool GroupMembers::lead_by_joined() {
  const auto* leader = find(leader_);
  if (leader != nullptr && leader->joining) return true;
  const auto joined = std::find_if(members_.begin(), members_.end(),
                                   [](auto& each) { return each.second.joining != nullptr; });
  if (joined == members_.end()) return false;
  leader_ = joined->first;
  return true;
}

bool GroupMembers::all_know(std::string_view protocol) const {
  return std::all_of(members_.begin(), members_.end(),
                     [&](auto& each) { return named(each.second.protocols, protocol) != nullptr; });
}

bool GroupMembers::share(std::span<const GroupProtocol> protocols) const {
  return std::any_of(protocols.begin(), protocols.end(),
                     [&](const GroupProtocol& each) { return all_know(each.name); });
}

std::string GroupMembers::favourite_protocol() const {
  CHECK(!members_.empty());
  std::set<std::string_view> shared;
  for (const auto& protocol : members_.begin()->second.protocols) {
    if (all_know(protocol.name)) shared.insert(protocol.name);
  }
  CHECK(!shared.empty());
  std::map<std::string_view, std::size_t> votes;
  for (const auto& [id, member] : members_) {
    const auto first =
        std::find_if(member.protocols.begin(), member.protocols.end(),
                     [&](const GroupProtocol& each) { return shared.contains(each.name); });
    ++votes[first->name];
  }
  const auto most = std::max_element(votes.begin(), votes.end(),
                                     [](auto& x, auto& y) { return x.second < y.second; });
  return std::string(most->first);
}

Millis GroupMembers::rebalance_timeout() const {
  Millis longest{0};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

std::optional<std::set<std::string>> GroupMembers::topics(std::string_view protocol) const {
  std::set<std::string> all;
  for (const auto& [id, member] : members_) {
    auto topics = subscribed_topics(member.metadata(protocol));
    if (!topics) return std::nullopt;
    all.merge(*topics);
  }
  return all;
}

}  // namespace partwise::broker
