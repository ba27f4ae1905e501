// The offsets that consumer groups commit.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/answers.h"
#include "service/by_topic.h"

namespace partwise::service {
namespace {

using broker::CommittedOffset;
using broker::GroupPartition;
using protocol::ErrorCode;
using protocol::Reader;
using protocol::Writer;

struct Outcome {
  std::int32_t partition;
  ErrorCode error;
};

void write_outcomes(Writer& writer, const ByTopic<Outcome>& topics) {
  write_by_topic(writer, topics, [&](const std::string&, const Outcome& outcome) {
    writer.int32(outcome.partition);
    write_error(writer, outcome.error);
  });
}

/// Offsets of a commit, and where the partition that each is for stands in the answer.
struct Commit {
  broker::CommitRequest request;
  ByTopic<Outcome> outcomes;
  std::vector<std::pair<std::size_t, std::size_t>> places;  ///< of each offset of the request
};

void read_offset(Call& call, Commit& commit) {
  auto& body = call.body;
  const auto& topic = commit.outcomes.back().name;
  broker::OffsetToCommit offset;
  offset.topic = topic;
  offset.partition = body.int32();
  offset.offset = body.int64();
  if (call.version >= 6) offset.leader_epoch = body.int32();
  offset.metadata = body.text();
  body.tags();
  const bool exists = call.world.cluster.find(topic, offset.partition) != nullptr;
  auto& outcomes = commit.outcomes.back().partitions;
  outcomes.push_back(
      {offset.partition, exists ? ErrorCode::none : ErrorCode::unknown_topic_or_partition});
  if (!exists) return;
  commit.places.emplace_back(commit.outcomes.size() - 1, outcomes.size() - 1);
  commit.request.offsets.push_back(std::move(offset));
}

Commit read_commit(Call& call) {
  auto& body = call.body;
  Commit commit;
  auto& request = commit.request;
  request.group = body.text();
  request.generation = body.int32();
  request.member_id = body.text();
  if (call.version >= 7) {
    if (const auto instance = body.nullable_text()) request.instance_id = std::string(*instance);
  }
  if (call.version <= 4) {
    const Millis retention{body.int64()};
    if (retention.count() >= 0) request.retention = retention;
  }
  body.each([&] {
    commit.outcomes.push_back({std::string(body.text()), {}});
    body.each([&] { read_offset(call, commit); });
    body.tags();
  });
  body.tags();
  return commit;
}

}  // namespace

void answer_offset_commit(const CallPtr& call) {
  auto commit = read_commit(*call);
  if (!call->parsed()) return;
  const auto fault = call->faults.error_for({});
  const auto errors = fault ? std::vector<ErrorCode>(commit.places.size(), *fault)
                            : call->world.groups.commit(commit.request);
  for (std::size_t i = 0; i < commit.places.size(); ++i) {
    const auto [topic, partition] = commit.places[i];
    commit.outcomes[topic].partitions[partition].error = errors[i];
  }
  auto writer = call->writer();
  if (call->version >= 3) writer.int32(call->throttle_ms());
  write_outcomes(writer, commit.outcomes);
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

struct AskedGroup {
  std::string group;
  std::optional<std::vector<GroupPartition>> partitions;  ///< empty: all
};

std::optional<std::vector<GroupPartition>> asked_partitions(Reader& body) {
  const auto topics = body.array();
  if (topics < 0) return std::nullopt;
  std::vector<GroupPartition> partitions;
  for (int i = 0; i < topics && body.ok(); ++i) {
    const std::string topic(body.text());
    body.each([&] { partitions.push_back({topic, body.int32()}); });
    body.tags();
  }
  return partitions;
}

ByTopic<CommittedOffset> grouped(std::vector<CommittedOffset> offsets) {
  ByTopic<CommittedOffset> topics;
  for (auto& offset : offsets) {
    if (topics.empty() || topics.back().name != offset.topic) topics.push_back({offset.topic, {}});
    topics.back().partitions.push_back(std::move(offset));
  }
  return topics;
}

void write_committed(const Call& call, Writer& writer, const AskedGroup& asked) {
  const auto fault = call.fault_or(ErrorCode::none);
  auto offsets = asked.partitions ? call.world.groups.committed(asked.group, *asked.partitions)
                                  : call.world.groups.committed(asked.group);
  write_by_topic(writer, grouped(std::move(offsets)),
                 [&](const std::string&, const CommittedOffset& offset) {
                   writer.int32(offset.partition);
                   writer.int64(offset.offset);
                   if (call.version >= 5) writer.int32(offset.leader_epoch);
                   writer.nullable_text(offset.metadata);
                   write_error(writer, fault);
                 });
}

}  // namespace

void answer_offset_fetch(const CallPtr& call) {
  auto& body = call->body;
  std::vector<AskedGroup> groups;
  const auto read_group = [&] {
    AskedGroup asked{std::string(body.text()), {}};
    asked.partitions = asked_partitions(body);
    groups.push_back(std::move(asked));
  };
  if (call->version < 8) {
    read_group();
  } else {
    body.each([&] {
      read_group();
      body.tags();
    });
  }
  if (call->version >= 7) body.boolean();  // whether to wait for transactions
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  if (call->version >= 3) writer.int32(call->throttle_ms());
  if (call->version < 8) {
    write_committed(*call, writer, groups.front());
    if (call->version >= 2) write_error(writer, call->fault_or(ErrorCode::none));
  } else {
    writer.each(groups, [&](const AskedGroup& asked) {
      writer.text(asked.group);
      write_committed(*call, writer, asked);
      write_error(writer, call->fault_or(ErrorCode::none));
      writer.tags();
    });
  }
  writer.tags();
  call->reply(std::move(writer));
}

void answer_offset_delete(const CallPtr& call) {
  auto& body = call->body;
  const std::string group(body.text());
  std::vector<GroupPartition> partitions;
  ByTopic<Outcome> outcomes;
  body.each([&] {
    const std::string topic(body.text());
    outcomes.push_back({topic, {}});
    body.each([&] {
      const auto partition = body.int32();
      partitions.push_back({topic, partition});
      outcomes.back().partitions.push_back({partition, ErrorCode::none});
    });
  });
  if (!call->parsed()) return;
  const auto result = call->world.groups.delete_offsets(group, partitions);
  std::size_t number = 0;
  for (auto& [topic, of_topic] : outcomes) {
    for (auto& outcome : of_topic) {
      if (result.error == ErrorCode::none) outcome.error = result.partitions[number++];
    }
  }
  if (result.error != ErrorCode::none) outcomes.clear();
  auto writer = call->writer();
  write_error(writer, call->fault_or(result.error));
  writer.int32(call->throttle_ms());
  write_outcomes(writer, outcomes);
  call->reply(std::move(writer));
}

}  // namespace partwise::service
