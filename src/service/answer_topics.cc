// Metadata, and making, widening and deleting topics.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "service/answers.h"

namespace partwise::service {
namespace {

using broker::NewTopic;
using broker::Outcome;
using broker::Topic;
using protocol::ErrorCode;
using protocol::Uuid;
using protocol::Writer;

// "Not asked for", in place of a bit set of operations.
constexpr std::int32_t no_operations = INT32_MIN;

struct AskedTopic {
  Uuid id{};
  std::optional<std::string> name;
};

struct MetadataRequest {
  bool all = false;
  std::vector<AskedTopic> topics;
  bool may_create = true;
};

MetadataRequest metadata_request(Call& call) {
  auto& body = call.body;
  MetadataRequest request;
  const auto count = body.array();
  request.all = call.version == 0 ? count == 0 : count < 0;
  for (int i = 0; i < count && body.ok(); ++i) {
    AskedTopic asked;
    if (call.version >= 10) asked.id = body.uuid();
    const auto name = body.nullable_text();
    if (name) asked.name = std::string(*name);
    body.tags();
    request.topics.push_back(std::move(asked));
  }
  if (call.version >= 4) request.may_create = body.boolean();
  if (call.version >= 8 && call.version <= 10) body.boolean();  // the cluster's operations
  if (call.version >= 8) body.boolean();                        // a topic's
  body.tags();
  return request;
}

void write_ids(Writer& writer, const std::vector<int>& ids) {
  writer.each(ids, [&](int id) { writer.int32(id); });
}

void write_partition(const Call& call, Writer& writer, const broker::Partition& partition,
                     int index) {
  write_error(writer, partition.leader < 0 ? ErrorCode::leader_not_available : ErrorCode::none);
  writer.int32(index);
  writer.int32(partition.leader);
  if (call.version >= 7) writer.int32(partition.leader_epoch);
  write_ids(writer, partition.replicas);
  write_ids(writer, partition.isr);
  if (call.version >= 5) write_ids(writer, partition.offline);
  writer.tags();
}

struct DescribedTopic {
  ErrorCode error = ErrorCode::none;
  std::optional<std::string> name;
  Uuid id{};
  const Topic* topic = nullptr;
};

void write_topic(const Call& call, Writer& writer, const DescribedTopic& described) {
  write_error(writer, described.error);
  if (call.version >= 12) {
    writer.nullable_text(described.name);
  } else {
    writer.text(described.name.value_or(""));
  }
  if (call.version >= 10) writer.uuid(described.id);
  if (call.version >= 1) writer.boolean(false);  // none is internal
  if (described.topic == nullptr || described.error != ErrorCode::none) {
    writer.array(0);
  } else {
    int index = 0;
    writer.each(described.topic->partitions, [&](const broker::Partition& partition) {
      write_partition(call, writer, partition, index++);
    });
  }
  if (call.version >= 8) writer.int32(no_operations);
  writer.tags();
}

DescribedTopic described(const Topic& topic, ErrorCode error) {
  return {error, topic.name, topic.id, &topic};
}

DescribedTopic found_or_created(Call& call, const AskedTopic& asked, bool may_create) {
  auto& cluster = call.world.cluster;
  if (!asked.name) {
    const auto* topic = cluster.find(asked.id);
    if (topic == nullptr) return {ErrorCode::unknown_topic_id, std::nullopt, asked.id, nullptr};
    return described(*topic, call.fault_or(ErrorCode::none, topic->name));
  }
  const auto fault = call.faults.error_for(*asked.name);
  const auto* topic = cluster.find(*asked.name);
  if (topic != nullptr) return described(*topic, fault.value_or(ErrorCode::none));
  if (fault) return {*fault, asked.name, {}, nullptr};
  if (!may_create || !cluster.settings().auto_create_topics) {
    const bool valid = broker::is_topic_name(*asked.name);
    return {valid ? ErrorCode::unknown_topic_or_partition : ErrorCode::invalid_topic,
            asked.name,
            {},
            nullptr};
  }
  const auto outcome = cluster.auto_create(*asked.name);
  // Kafka creates behind the scenes and tells the client to ask again; here it is there at once.
  topic = cluster.find(*asked.name);
  if (outcome.ok() && topic != nullptr) return described(*topic, ErrorCode::none);
  return {outcome.error, asked.name, {}, nullptr};
}

void write_brokers(const Call& call, Writer& writer) {
  std::vector<broker::BrokerNode> up;
  std::copy_if(call.world.cluster.brokers().begin(), call.world.cluster.brokers().end(),
               std::back_inserter(up), [](const broker::BrokerNode& node) { return node.up; });
  writer.each(up, [&](const broker::BrokerNode& node) {
    writer.int32(node.id);
    writer.text(node.host);
    writer.int32(node.port);
    if (call.version >= 1) write_message(writer, node.rack);
    writer.tags();
  });
}

}  // namespace

void answer_metadata(const CallPtr& call) {
  const auto request = metadata_request(*call);
  if (!call->parsed()) return;
  std::vector<DescribedTopic> topics;
  if (request.all) {
    for (const auto& [name, topic] : call->world.cluster.topics()) {
      topics.push_back(described(*topic, call->fault_or(ErrorCode::none, name)));
    }
  } else {
    for (const auto& asked : request.topics) {
      topics.push_back(found_or_created(*call, asked, request.may_create));
    }
  }
  auto writer = call->writer();
  if (call->version >= 3) writer.int32(call->throttle_ms());
  write_brokers(*call, writer);
  if (call->version >= 2) writer.nullable_text(call->world.cluster.settings().cluster_id);
  if (call->version >= 1) writer.int32(call->world.cluster.controller());
  writer.each(topics, [&](const DescribedTopic& topic) { write_topic(*call, writer, topic); });
  if (call->version >= 8 && call->version <= 10) writer.int32(no_operations);
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

struct CreateTopicsRequest {
  std::vector<NewTopic> topics;
  bool only_check = false;
};

NewTopic new_topic(Call& call) {
  auto& body = call.body;
  NewTopic topic;
  topic.name = body.text();
  topic.partitions = body.int32();
  topic.replication_factor = body.int16();
  body.each([&] {
    auto& replicas = topic.assignment[body.int32()];
    body.each([&] { replicas.push_back(body.int32()); });
    body.tags();
  });
  body.each([&] {
    const std::string name(body.text());
    if (const auto value = body.nullable_text()) topic.configs[name] = std::string(*value);
    body.tags();
  });
  body.tags();
  return topic;
}

CreateTopicsRequest create_topics_request(Call& call) {
  CreateTopicsRequest request;
  call.body.each([&] { request.topics.push_back(new_topic(call)); });
  call.body.int32();  // the time-out: everything is done at once
  request.only_check = call.body.boolean();
  call.body.tags();
  return request;
}

// A topic that is named twice in a request is not made at all.
Outcome named_twice(const std::vector<NewTopic>& topics, const std::string& name) {
  const auto count = std::count_if(topics.begin(), topics.end(),
                                   [&](const NewTopic& each) { return each.name == name; });
  if (count < 2) return {};
  return {ErrorCode::invalid_request, "Duplicate topic name."};
}

void write_made_topic(const Call& call, Writer& writer, const NewTopic& wanted,
                      const Outcome& outcome) {
  const auto* topic = outcome.ok() ? call.world.cluster.find(wanted.name) : nullptr;
  writer.text(wanted.name);
  if (call.version >= 7) writer.uuid(topic == nullptr ? Uuid{} : topic->id);
  write_error(writer, outcome.error);
  write_message(writer, outcome.message);
  if (call.version < 5) return;
  writer.int32(topic == nullptr ? -1 : static_cast<std::int32_t>(topic->partitions.size()));
  writer.int16(topic == nullptr
                   ? std::int16_t{-1}
                   : static_cast<std::int16_t>(topic->partitions.front().replicas.size()));
  if (topic == nullptr) {
    writer.null_array();
  } else {
    write_topic_configs(writer, topic->configs);
  }
  writer.tags();
}

}  // namespace

void answer_create_topics(const CallPtr& call) {
  const auto request = create_topics_request(*call);
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(request.topics, [&](const NewTopic& wanted) {
    auto outcome = named_twice(request.topics, wanted.name);
    if (const auto fault = call->faults.error_for(wanted.name)) outcome = {*fault, ""};
    if (outcome.ok()) outcome = call->world.cluster.create_topic(wanted, request.only_check);
    write_made_topic(*call, writer, wanted, outcome);
  });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_delete_topics(const CallPtr& call) {
  auto& body = call->body;
  std::vector<AskedTopic> topics;
  body.each([&] {
    AskedTopic asked;
    const auto name = call->version >= 6 ? body.nullable_text() : body.text();
    if (name) asked.name = std::string(*name);
    if (call->version >= 6) {
      asked.id = body.uuid();
      body.tags();
    }
    topics.push_back(std::move(asked));
  });
  body.int32();
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(topics, [&](AskedTopic asked) {
    Outcome outcome{ErrorCode::unknown_topic_id, ""};
    if (!asked.name) {
      if (const auto* topic = call->world.cluster.find(asked.id)) asked.name = topic->name;
    } else if (const auto* topic = call->world.cluster.find(*asked.name)) {
      asked.id = topic->id;
    }
    if (asked.name) outcome = call->world.cluster.delete_topic(*asked.name);
    if (call->version >= 6) {
      writer.nullable_text(asked.name);
      writer.uuid(asked.id);
    } else {
      writer.text(*asked.name);
    }
    write_error(writer, outcome.error);
    if (call->version >= 5) write_message(writer, outcome.message);
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_create_partitions(const CallPtr& call) {
  struct Wanted {
    std::string name;
    int total;
    std::vector<std::vector<int>> assignment;
  };
  auto& body = call->body;
  std::vector<Wanted> wanted;
  body.each([&] {
    Wanted topic{std::string(body.text()), body.int32(), {}};
    body.each([&] {
      auto& replicas = topic.assignment.emplace_back();
      body.each([&] { replicas.push_back(body.int32()); });
      body.tags();
    });
    body.tags();
    wanted.push_back(std::move(topic));
  });
  body.int32();
  const bool only_check = body.boolean();
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(wanted, [&](const Wanted& topic) {
    const auto outcome =
        call->world.cluster.add_partitions(topic.name, topic.total, topic.assignment, only_check);
    writer.text(topic.name);
    write_error(writer, outcome.error);
    write_message(writer, outcome.message);
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

}  // namespace partwise::service
