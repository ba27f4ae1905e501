// Consumer groups: coordinator, membership, and what there is.
#include <string>
#include <utility>
#include <vector>

#include "service/answers.h"

namespace partwise::service {
namespace {

using protocol::ErrorCode;
using protocol::Reader;
using protocol::Writer;

// source: Kafka's FindCoordinator: the kinds of key
constexpr std::int8_t group_key = 0;

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

struct Coordinator {
  ErrorCode error = ErrorCode::none;
  std::string message;
  broker::BrokerNode node{-1, "", -1, "", false};
};

Coordinator coordinator(const Call& call, std::int8_t kind) {
  const auto& cluster = call.world.cluster;
  Coordinator found;
  found.error = call.fault_or(ErrorCode::none);
  if (found.error != ErrorCode::none) return found;
  if (kind != group_key) {
    found.error = ErrorCode::unsupported_version;
    found.message = "transactions and share groups are not spoken here";
    return found;
  }
  const auto* node = cluster.find_broker(cluster.controller());
  if (node == nullptr) {
    found.error = ErrorCode::coordinator_not_available;
  } else {
    found.node = *node;
  }
  return found;
}

void write_node(Writer& writer, const broker::BrokerNode& node) {
  writer.int32(node.id);
  writer.text(node.host);
  writer.int32(node.port);
}

void write_one_coordinator(const Call& call, Writer& writer, const Coordinator& found) {
  if (call.version >= 1) writer.int32(call.throttle_ms());
  write_error(writer, found.error);
  if (call.version >= 1) write_message(writer, found.message);
  write_node(writer, found.node);
}

}  // namespace

void answer_find_coordinator(const CallPtr& call) {
  auto& body = call->body;
  std::vector<std::string> keys;
  if (call->version < 4) keys.emplace_back(body.text());
  const std::int8_t kind = call->version >= 1 ? body.int8() : group_key;
  if (call->version >= 4) body.each([&] { keys.emplace_back(body.text()); });
  body.tags();
  if (!call->parsed()) return;
  const auto found = coordinator(*call, kind);
  auto writer = call->writer();
  if (call->version < 4) {
    write_one_coordinator(*call, writer, found);
  } else {
    writer.int32(call->throttle_ms());
    writer.each(keys, [&](const std::string& key) {
      writer.text(key);
      write_node(writer, found.node);
      write_error(writer, found.error);
      write_message(writer, found.message);
      writer.tags();
    });
  }
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

broker::JoinRequest join_request(Call& call) {
  auto& body = call.body;
  broker::JoinRequest request;
  request.group = body.text();
  request.session_timeout = Millis{body.int32()};
  request.rebalance_timeout = call.version >= 1 ? Millis{body.int32()} : request.session_timeout;
  request.member_id = body.text();
  if (call.version >= 5) request.instance_id = owned(body.nullable_text());
  request.protocol_type = body.text();
  body.each([&] {
    broker::GroupProtocol protocol;
    protocol.name = body.text();
    protocol.metadata = body.bytes();
    body.tags();
    request.protocols.push_back(std::move(protocol));
  });
  if (call.version >= 8) body.nullable_text();  // the reason, for people
  body.tags();
  request.client_id = call.client_id;
  request.client_host = "/" + call.session->host;
  // Static members have an id of their own.
  request.member_id_required = call.version >= 4;
  request.may_skip_assignment = call.version >= 9;
  return request;
}

void reply_joined(Call& call, const broker::JoinResult& result) {
  auto writer = call.writer();
  if (call.version >= 2) writer.int32(call.throttle_ms());
  write_error(writer, result.error);
  writer.int32(result.generation);
  if (call.version >= 7) {
    writer.nullable_text(result.protocol_type);
    writer.nullable_text(result.protocol_name);
  } else {
    writer.text(result.protocol_name.value_or(""));
  }
  writer.text(result.leader);
  if (call.version >= 9) writer.boolean(result.skip_assignment);
  writer.text(result.member_id);
  writer.each(result.members, [&](const broker::JoinedMember& member) {
    writer.text(member.member_id);
    if (call.version >= 5) writer.nullable_text(member.instance_id);
    writer.bytes(member.metadata);
    writer.tags();
  });
  writer.tags();
  call.reply(std::move(writer));
}

void reply_synced(Call& call, const broker::SyncResult& result) {
  auto writer = call.writer();
  if (call.version >= 1) writer.int32(call.throttle_ms());
  write_error(writer, result.error);
  if (call.version >= 5) {
    writer.nullable_text(result.protocol_type);
    writer.nullable_text(result.protocol_name);
  }
  writer.bytes(result.assignment);
  writer.tags();
  call.reply(std::move(writer));
}

}  // namespace

void answer_join_group(const CallPtr& call) {
  const auto request = join_request(*call);
  if (!call->parsed()) return;
  if (const auto fault = call->faults.error_for({})) {
    broker::JoinResult result;
    result.error = *fault;
    result.member_id = request.member_id;
    return reply_joined(*call, result);
  }
  call->world.groups.join(
      request, [call](const broker::JoinResult& result) { reply_joined(*call, result); });
}

void answer_sync_group(const CallPtr& call) {
  auto& body = call->body;
  broker::SyncRequest request;
  request.group = body.text();
  request.generation = body.int32();
  request.member_id = body.text();
  if (call->version >= 3) request.instance_id = owned(body.nullable_text());
  if (call->version >= 5) {
    request.protocol_type = owned(body.nullable_text());
    request.protocol_name = owned(body.nullable_text());
  }
  body.each([&] {
    broker::Assignment assignment;
    assignment.member_id = body.text();
    assignment.assignment = body.bytes();
    body.tags();
    request.assignments.push_back(std::move(assignment));
  });
  body.tags();
  if (!call->parsed()) return;
  if (const auto fault = call->faults.error_for({})) {
    broker::SyncResult result;
    result.error = *fault;
    return reply_synced(*call, result);
  }
  call->world.groups.sync(
      request, [call](const broker::SyncResult& result) { reply_synced(*call, result); });
}

void answer_heartbeat(const CallPtr& call) {
  auto& body = call->body;
  broker::HeartbeatRequest request;
  request.group = body.text();
  request.generation = body.int32();
  request.member_id = body.text();
  if (call->version >= 3) request.instance_id = owned(body.nullable_text());
  body.tags();
  if (!call->parsed()) return;
  const auto fault = call->faults.error_for({});
  const auto error = fault ? *fault : call->world.groups.heartbeat(request);
  auto writer = call->writer();
  if (call->version >= 1) writer.int32(call->throttle_ms());
  write_error(writer, error);
  writer.tags();
  call->reply(std::move(writer));
}

void answer_leave_group(const CallPtr& call) {
  auto& body = call->body;
  broker::LeaveRequest request;
  request.group = body.text();
  if (call->version < 3) {
    request.members.push_back({std::string(body.text()), std::nullopt});
  } else {
    body.each([&] {
      broker::MemberIdentity member{std::string(body.text()), owned(body.nullable_text())};
      if (call->version >= 5) body.nullable_text();  // the reason, for people
      body.tags();
      request.members.push_back(std::move(member));
    });
  }
  body.tags();
  if (!call->parsed()) return;
  auto result = call->world.groups.leave(request);
  if (call->version < 3 && !result.members.empty()) result.error = result.members.front();
  auto writer = call->writer();
  if (call->version >= 1) writer.int32(call->throttle_ms());
  write_error(writer, result.error);
  if (call->version >= 3) {
    std::size_t number = 0;
    writer.each(result.members, [&](ErrorCode error) {
      const auto& member = request.members[number++];
      writer.text(member.member_id);
      writer.nullable_text(member.instance_id);
      write_error(writer, error);
      writer.tags();
    });
  }
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

// "Not asked for", in place of a bit set of operations.
constexpr std::int32_t no_operations = INT32_MIN;

void write_described(const Call& call, Writer& writer, const std::string& name) {
  const auto group = call.world.groups.describe(name);
  write_error(writer, call.fault_or(ErrorCode::none));
  writer.text(name);
  writer.text(group.state);
  writer.text(group.protocol_type);
  writer.text(group.protocol_name);
  writer.each(group.members, [&](const broker::DescribedMember& member) {
    writer.text(member.member_id);
    if (call.version >= 4) writer.nullable_text(member.instance_id);
    writer.text(member.client_id);
    writer.text(member.client_host);
    writer.bytes(member.metadata);
    writer.bytes(member.assignment);
    writer.tags();
  });
  if (call.version >= 3) writer.int32(no_operations);
  writer.tags();
}

std::vector<std::string> names(Reader& body) {
  std::vector<std::string> found;
  body.each([&] { found.emplace_back(body.text()); });
  return found;
}

}  // namespace

void answer_describe_groups(const CallPtr& call) {
  const auto groups = names(call->body);
  if (call->version >= 3) call->body.boolean();
  call->body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  if (call->version >= 1) writer.int32(call->throttle_ms());
  writer.each(groups, [&](const std::string& name) { write_described(*call, writer, name); });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_list_groups(const CallPtr& call) {
  std::vector<std::string> states;
  std::vector<std::string> types;
  if (call->version >= 4) states = names(call->body);
  if (call->version >= 5) types = names(call->body);
  call->body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  if (call->version >= 1) writer.int32(call->throttle_ms());
  write_error(writer, call->fault_or(ErrorCode::none));
  // One broker coordinates all groups: the others have none to tell.
  const bool here = call->session->broker == call->world.cluster.controller();
  const auto groups =
      here ? call->world.groups.list(states, types) : std::vector<broker::ListedGroup>{};
  writer.each(groups, [&](const broker::ListedGroup& group) {
    writer.text(group.group);
    writer.text(group.protocol_type);
    if (call->version >= 4) writer.text(group.state);
    if (call->version >= 5) writer.text(group.type);
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_delete_groups(const CallPtr& call) {
  const auto groups = names(call->body);
  call->body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(groups, [&](const std::string& name) {
    const auto fault = call->faults.error_for({});
    writer.text(name);
    write_error(writer, fault ? *fault : call->world.groups.delete_group(name));
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

}  // namespace partwise::service
