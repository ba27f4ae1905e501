// What the cluster says of itself: versions, brokers, log directories; and that it has no ACLs.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "service/answers.h"

namespace partwise::service {
namespace {

using protocol::ErrorCode;
using protocol::Writer;

constexpr std::int32_t no_operations = INT32_MIN;
constexpr std::string_view no_acls = "No Authorizer is configured on the broker.";

}  // namespace

void answer_api_versions(const CallPtr& call) {
  if (call->version >= 3) {
    call->body.text();
    call->body.text();
    call->body.tags();
  }
  if (!call->parsed()) return;
  auto writer = call->writer();
  write_error(writer, call->fault_or(ErrorCode::none));
  writer.each(answerers(), [&](const Answerer& each) {
    writer.int16(static_cast<std::int16_t>(each.key));
    writer.int16(each.oldest);
    writer.int16(each.newest);
    writer.tags();
  });
  if (call->version >= 1) writer.int32(call->throttle_ms());
  writer.tags();
  call->reply(std::move(writer));
}

void answer_describe_cluster(const CallPtr& call) {
  call->body.boolean();
  if (call->version >= 1) call->body.int8();
  call->body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  write_error(writer, call->fault_or(ErrorCode::none));
  write_message(writer, "");
  if (call->version >= 1) writer.int8(1);  // brokers, not controllers
  const auto& cluster = call->world.cluster;
  writer.text(cluster.settings().cluster_id);
  writer.int32(cluster.controller());
  std::vector<broker::BrokerNode> up;
  std::copy_if(cluster.brokers().begin(), cluster.brokers().end(), std::back_inserter(up),
               [](const broker::BrokerNode& node) { return node.up; });
  writer.each(up, [&](const broker::BrokerNode& node) {
    writer.int32(node.id);
    writer.text(node.host);
    writer.int32(node.port);
    write_message(writer, node.rack);
    writer.tags();
  });
  writer.int32(no_operations);
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

struct SizedPartition {
  int index;
  std::int64_t bytes;
};

using SizesByTopic = std::map<std::string, std::vector<SizedPartition>>;

// `wanted`: the topics' partitions that were asked for; nullptr: all.
SizesByTopic sizes_on(const World& world, int broker,
                      const std::map<std::string, std::set<int>, std::less<>>* wanted) {
  SizesByTopic sizes;
  for (const auto& [name, topic] : world.cluster.topics()) {
    const auto asked = wanted == nullptr ? decltype(wanted->end()){} : wanted->find(name);
    if (wanted != nullptr && asked == wanted->end()) continue;
    int index = -1;
    for (const auto& partition : topic->partitions) {
      ++index;
      if (wanted != nullptr && !asked->second.contains(index)) continue;
      const auto& replicas = partition.replicas;
      if (std::find(replicas.begin(), replicas.end(), broker) == replicas.end()) continue;
      sizes[name].push_back({index, partition.log->stored_bytes()});
    }
  }
  return sizes;
}

void write_sizes(const Call& call, Writer& writer, const SizesByTopic& sizes) {
  write_error(writer, call.fault_or(ErrorCode::none));
  writer.text("/memory");
  writer.each(sizes, [&](const auto& topic) {
    writer.text(topic.first);
    writer.each(topic.second, [&](const SizedPartition& partition) {
      writer.int32(partition.index);
      writer.int64(partition.bytes);
      writer.int64(0);        // behind the leader
      writer.boolean(false);  // on the move
      writer.tags();
    });
    writer.tags();
  });
  if (call.version >= 4) {
    const auto& memory = call.world.cluster.memory();
    writer.int64(memory.most());
    writer.int64(std::max(memory.most() - memory.used(), std::int64_t{0}));
  }
  writer.tags();
}

}  // namespace

void answer_describe_log_dirs(const CallPtr& call) {
  auto& body = call->body;
  std::map<std::string, std::set<int>, std::less<>> wanted;
  const auto topics = body.array();
  for (int i = 0; i < topics && body.ok(); ++i) {
    auto& partitions = wanted[std::string(body.text())];
    body.each([&] { partitions.insert(body.int32()); });
    body.tags();
  }
  body.tags();
  if (!call->parsed()) return;
  const auto sizes = sizes_on(call->world, call->session->broker, topics < 0 ? nullptr : &wanted);
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  if (call->version >= 3) write_error(writer, ErrorCode::none);
  writer.array(1);  // directory
  write_sizes(*call, writer, sizes);
  writer.tags();
  call->reply(std::move(writer));
}

void answer_describe_acls(const CallPtr& call) {
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  write_error(writer, ErrorCode::security_disabled);
  write_message(writer, no_acls);
  writer.array(0);
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

// An ACL to be made and a filter of those to be deleted are laid out alike.
void refuse_acls(const CallPtr& call, bool filters) {
  auto& body = call->body;
  std::vector<int> kinds;
  body.each([&] {
    kinds.push_back(body.int8());
    body.nullable_text();
    body.int8();
    body.nullable_text();
    body.nullable_text();
    body.int8();
    body.int8();
    body.tags();
  });
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(kinds, [&](int) {
    write_error(writer, ErrorCode::security_disabled);
    write_message(writer, no_acls);
    if (filters) writer.array(0);  // what was deleted
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

}  // namespace

void answer_create_acls(const CallPtr& call) { refuse_acls(call, false); }

void answer_delete_acls(const CallPtr& call) { refuse_acls(call, true); }

}  // namespace partwise::service
