#include "broker/group.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/consumer_protocol.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

bool differs(const std::optional<std::string>& asked, std::string_view current) {
  return asked && !current.empty() && *asked != current;
}

}  // namespace

Group::Group(const GroupWorld& world, Budget::Share share)
    : world_(world),
      share_(std::move(share)),
      state_since_(world.clock.now()),
      join_timer_(world.agenda),
      sync_timer_(world.agenda) {}

void Group::remove_member(std::string_view id) {
  auto& member = *members_.find(id);
  if (member.joining) refuse(member.joining, {}, ErrorCode::unknown_member_id);
  if (member.syncing) refuse(member.syncing, ErrorCode::unknown_member_id);
  members_.remove(id);
}

// ---- from one generation to the next

void Group::rebalance_or_complete() {
  if (state_ != State::preparing) return prepare_rebalance();
  if (!initial_ && all_joined()) complete_join();
}

void Group::prepare_rebalance() {
  if (state_ == State::completing) {
    for (auto& [id, member] : members_.all()) {
      member.assignment.clear();
      member.assigned = {};
    }
    answer_syncs(ErrorCode::rebalance_in_progress);
  }
  sync_timer_.cancel();
  initial_ = state_ == State::empty;
  set_state(State::preparing);
  if (initial_) {
    const auto delay = world_.settings.initial_rebalance_delay;
    const auto remaining = std::max(members_.rebalance_timeout() - delay, Millis{0});
    new_member_came_ = false;
    return set_timer(join_timer_, delay, [=, this] { initial_delay_over(delay, remaining); });
  }
  if (all_joined()) return complete_join();
  set_timer(join_timer_, members_.rebalance_timeout(), [this] { complete_join(); });
}

// As long as members keep coming, others are waited for, up to the rebalance timeout.
void Group::initial_delay_over(Millis delay, Millis remaining) {
  if (!new_member_came_ || remaining == Millis{0}) return complete_join();
  new_member_came_ = false;
  const auto next = std::min(world_.settings.initial_rebalance_delay, remaining);
  const auto then = std::max(remaining - delay, Millis{0});
  set_timer(join_timer_, next, [=, this] { initial_delay_over(next, then); });
}

bool Group::all_joined() const { return pending_.empty() && members_.joining() == members_.size(); }

void Group::complete_join() {
  join_timer_.cancel();
  remove_absent();
  if (!members_.empty() && !members_.lead_by_joined()) {
    // Only static members, none of them back: their sessions decide.
    return set_timer(join_timer_, members_.rebalance_timeout(), [this] { complete_join(); });
  }
  next_generation();
  if (state_ == State::empty) return;
  for (auto& [id, member] : members_.all()) {
    if (member.joining) put(std::exchange(member.joining, nullptr), generation_for(id));
    member.is_new = false;
    member.sync_due = true;
    renew(id, member, member.session_timeout);
  }
  set_timer(sync_timer_, members_.rebalance_timeout(), [this] { sync_over(); });
}

// Static members may stay away until their sessions end.
void Group::remove_absent() {
  std::vector<std::string> absent;
  for (const auto& [id, member] : members_.all()) {
    if (!member.joining && !member.instance_id) absent.push_back(id);
  }
  for (const auto& id : absent) remove_member(id);
}

void Group::next_generation() {
  ++generation_;
  initial_ = false;
  if (members_.empty()) {
    protocol_name_.reset();
  } else {
    protocol_name_ = members_.favourite_protocol();
  }
  topics_.reset();
  if (protocol_type_ == consumer_protocol_type) {
    topics_ = members_.topics(protocol_name_.value_or(""));
  }
  set_state(members_.empty() ? State::empty : State::completing);
}

// ---- sync

void Group::sync(const SyncRequest& request, SyncAnswer answer) {
  const auto refuse_with = [&](ErrorCode error) { refuse(answer, error); };
  const auto error = members_.check(request.member_id, request.instance_id);
  if (error != ErrorCode::none) return refuse_with(error);
  if (request.generation != generation_) return refuse_with(ErrorCode::illegal_generation);
  if (differs(request.protocol_type, protocol_type_) ||
      differs(request.protocol_name, protocol_name_.value_or(""))) {
    return refuse_with(ErrorCode::inconsistent_group_protocol);
  }
  if (state_ == State::preparing) return refuse_with(ErrorCode::rebalance_in_progress);

  auto& member = *members_.find(request.member_id);
  const bool leads = members_.leader() == request.member_id;
  if (state_ == State::completing && leads && !assign(request.assignments)) {
    return refuse_with(ErrorCode::policy_violation);
  }
  member.sync_due = false;
  finish_sync_wait();
  renew(request.member_id, member, member.session_timeout);
  if (state_ == State::stable) return put(answer, sync_result(member));
  // The one that waits is of an earlier connection.
  if (member.syncing) refuse(member.syncing, ErrorCode::rebalance_in_progress);
  member.syncing = std::move(answer);
  if (!leads) return;
  answer_syncs(ErrorCode::none);
  set_state(State::stable);
}

// Who is not named gets nothing to read.
bool Group::assign(std::span<const Assignment> assignments) {
  std::map<std::string_view, std::string_view> named;
  for (const auto& each : assignments) named[each.member_id] = each.assignment;
  std::map<std::string_view, Budget::Share> shares;
  for (const auto& [id, member] : members_.all()) {
    auto share = world_.budget.take(named[id].size());
    if (!share) return false;
    shares[id] = *std::move(share);
  }
  for (auto& [id, member] : members_.all()) {
    member.assignment = named[id];
    member.assigned = std::move(shares[id]);
  }
  return true;
}

void Group::answer_syncs(ErrorCode error) {
  for (auto& [id, member] : members_.all()) {
    if (!member.syncing) continue;
    const auto answer = std::exchange(member.syncing, nullptr);
    error == ErrorCode::none ? put(answer, sync_result(member)) : refuse(answer, error);
    renew(id, member, member.session_timeout);
  }
}

void Group::finish_sync_wait() {
  const auto& members = members_.all();
  if (std::none_of(members.begin(), members.end(), [](auto& each) { return each.second.sync_due; }))
    sync_timer_.cancel();
}

// Who joined and never asked for its assignment holds up the others, or partitions.
void Group::sync_over() {
  std::vector<std::string> missing;
  for (const auto& [id, member] : members_.all()) {
    if (member.sync_due) missing.push_back(id);
  }
  if (missing.empty()) return;
  for (const auto& id : missing) remove_member(id);
  prepare_rebalance();
}

// ---- staying and leaving

ErrorCode Group::heartbeat(const HeartbeatRequest& request) {
  const auto error = members_.check(request.member_id, request.instance_id);
  if (error != ErrorCode::none) return error;
  if (request.generation != generation_) return ErrorCode::illegal_generation;
  auto& member = *members_.find(request.member_id);
  renew(request.member_id, member, member.session_timeout);
  return state_ == State::preparing ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

std::vector<ErrorCode> Group::leave(std::span<const MemberIdentity> members) {
  std::vector<ErrorCode> codes;
  for (const auto& [asked_id, instance_id] : members) {
    auto id = asked_id;
    if (id.empty() && instance_id) {
      const auto* static_id = members_.static_id(*instance_id);
      if (static_id != nullptr) id = *static_id;
    }
    if (pending_.erase(id) > 0) {
      codes.push_back(ErrorCode::none);
      continue;
    }
    codes.push_back(members_.check(id, instance_id));
    if (codes.back() == ErrorCode::none) remove_member(id);
  }
  // Kafka starts a rebalance also when one leaves that had only been given an id.
  const bool left = std::find(codes.begin(), codes.end(), ErrorCode::none) != codes.end();
  if (left && state_ != State::empty) rebalance_or_complete();
  return codes;
}

void Group::renew(const std::string& id, GroupMember& member, Millis timeout) {
  set_timer(member.session, timeout, [this, id] { session_over(id); });
}

void Group::session_over(const std::string& id) {
  if (pending_.erase(id) == 0) {
    const auto& member = *members_.find(id);
    // Who waits for an answer cannot send heartbeats; the answer renews its session.
    if (!member.is_new && (member.joining || member.syncing)) return;
    remove_member(id);
    if (state_ != State::preparing) return prepare_rebalance();
  }
  if (state_ == State::preparing && all_joined()) complete_join();
}

// ---- offsets

std::vector<ErrorCode> Group::commit(const CommitRequest& request) {
  const auto error = check_commit(request);
  if (error != ErrorCode::none) return {request.offsets.size(), error};
  if (auto* member = members_.find(request.member_id)) {
    renew(request.member_id, *member, member->session_timeout);
  }
  std::vector<ErrorCode> codes;
  codes.reserve(request.offsets.size());
  for (const auto& offset : request.offsets) {
    if (offset.metadata.size() > world_.settings.max_offset_metadata) {
      codes.push_back(ErrorCode::offset_metadata_too_large);
    } else if (!offsets_.commit(offset, world_.clock.now(), request.retention, world_.budget)) {
      codes.push_back(ErrorCode::invalid_commit_offset_size);
    } else {
      codes.push_back(ErrorCode::none);
    }
  }
  return codes;
}

ErrorCode Group::check_commit(const CommitRequest& request) const {
  if (request.generation < 0 && state_ == State::empty) return ErrorCode::none;
  if (request.generation < 0 && request.member_id.empty() && !request.instance_id) {
    return ErrorCode::unknown_member_id;
  }
  const auto error = members_.check(request.member_id, request.instance_id);
  if (error != ErrorCode::none) return error;
  if (request.generation != generation_) return ErrorCode::illegal_generation;
  // Until it has its assignment, it cannot have read anything in this generation.
  return state_ == State::completing ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

bool Group::reads(const std::string& topic) const {
  if (topics_) return topics_->contains(topic);
  return protocol_type_ == consumer_protocol_type;
}

DeleteOffsetsResult Group::delete_offsets(std::span<const GroupPartition> partitions) {
  if (state_ != State::empty && protocol_type_ != consumer_protocol_type) {
    return {.error = ErrorCode::non_empty_group, .partitions = {}};
  }
  DeleteOffsetsResult result;
  for (const auto& partition : partitions) {
    const bool read = reads(partition.topic);
    result.partitions.push_back(read ? ErrorCode::group_subscribed_to_topic : ErrorCode::none);
    if (!read) offsets_.remove(partition);
  }
  return result;
}

void Group::expire_offsets() {
  std::optional<Instant> idle_since;
  if (!protocol_type_.empty()) {
    if (state_ == State::empty) {
      idle_since = state_since_;
    } else if (state_ != State::stable || !topics_) {
      return;
    }
  }
  offsets_.expire(world_.clock.now(), world_.settings.offsets_retention, idle_since,
                  [this](const std::string& topic) { return reads(topic); });
}

// ---- what others see

std::string_view Group::state() const {
  switch (state_) {
    case State::empty:
      return "Empty";
    case State::preparing:
      return "PreparingRebalance";
    case State::completing:
      return "CompletingRebalance";
    case State::stable:
      break;
  }
  return "Stable";
}

DescribedGroup Group::description() const {
  const bool stable = state_ == State::stable;
  DescribedGroup group;
  group.exists = true;
  group.state = state();
  group.protocol_type = protocol_type_;
  if (stable) group.protocol_name = *protocol_name_;
  for (const auto& [id, member] : members_.all()) {
    group.members.push_back({id, member.instance_id, member.client_id, member.client_host,
                             stable ? member.metadata(*protocol_name_) : std::string{},
                             member.assignment});
  }
  return group;
}

// ---- small things

JoinResult Group::generation_for(const std::string& id) const {
  JoinResult result;
  result.generation = generation_;
  result.protocol_type = protocol_type_;
  result.protocol_name = protocol_name_;
  result.leader = members_.leader();
  result.member_id = id;
  if (state_ == State::completing && id == result.leader) result.members = members_for_leader();
  return result;
}

std::vector<JoinedMember> Group::members_for_leader() const {
  std::vector<JoinedMember> members;
  for (const auto& [id, member] : members_.all()) {
    members.push_back({id, member.instance_id, member.metadata(*protocol_name_)});
  }
  return members;
}

SyncResult Group::sync_result(const GroupMember& member) const {
  return {ErrorCode::none, protocol_type_, protocol_name_, member.assignment};
}

void Group::put(const JoinAnswer& answer, JoinResult result) {
  world_.answers.put([answer, result = std::move(result)] { answer(result); });
}

void Group::put(const SyncAnswer& answer, SyncResult result) {
  world_.answers.put([answer, result = std::move(result)] { answer(result); });
}

void Group::refuse(const JoinAnswer& answer, const std::string& id, ErrorCode error) {
  JoinResult result;
  result.error = error;
  result.member_id = id;
  put(answer, std::move(result));
}

void Group::refuse(const SyncAnswer& answer, ErrorCode error) {
  SyncResult result;
  result.error = error;
  put(answer, std::move(result));
}

void Group::set_state(State state) {
  state_ = state;
  state_since_ = world_.clock.now();
}

// What it does may end the group, but not the world.
void Group::set_timer(Timer& timer, Millis delay, std::function<void()> act) {
  timer.set(world_.clock.steady_now() + delay, [&answers = world_.answers, act = std::move(act)] {
    act();
    answers.deliver();
  });
}

}  // namespace partwise::broker
