// Producing, looking offsets up, and deleting records.
#include <optional>
#include <string>
#include <vector>

#include "broker/stored_log.h"
#include "service/answers.h"
#include "service/by_topic.h"

namespace partwise::service {
namespace {

using broker::Appended;
using broker::Partition;
using protocol::ErrorCode;
using protocol::Writer;

// What a request says of each partition.
template <class Item, class Read>
ByTopic<Item> by_topic(protocol::Reader& body, Read read) {
  ByTopic<Item> topics;
  body.each([&] {
    OfTopic<Item> topic;
    topic.name = body.text();
    body.each([&] {
      topic.partitions.push_back(read());
      body.tags();
    });
    body.tags();
    topics.push_back(std::move(topic));
  });
  return topics;
}

// The partition as this broker may serve it, or why not.
struct Led {
  Partition* partition = nullptr;
  ErrorCode error = ErrorCode::none;
};

Led led(const Call& call, std::string_view topic, int index) {
  if (const auto fault = call.faults.error_for(topic)) return {nullptr, *fault};
  auto* partition = call.world.cluster.find(topic, index);
  if (partition == nullptr) return {nullptr, ErrorCode::unknown_topic_or_partition};
  if (partition->leader != call.session->broker)
    return {nullptr, ErrorCode::not_leader_or_follower};
  return {partition, ErrorCode::none};
}

struct ProducedPartition {
  int index = 0;
  std::string_view records;
  Appended appended;
};

Appended appended(const Call& call, const std::string& topic, const ProducedPartition& wanted,
                  int acks) {
  const auto [partition, error] = led(call, topic, wanted.index);
  if (partition == nullptr) return {error, "", -1, -1};
  if (acks < -1 || acks > 1) return {ErrorCode::invalid_required_acks, "", -1, -1};
  if (partition->stored == nullptr) {
    return {ErrorCode::policy_violation, "a virtual topic takes no records: it is a formula", -1,
            -1};
  }
  const auto& configs = call.world.cluster.find(topic)->configs;
  if (acks == -1 && std::cmp_less(partition->isr.size(),
                                  broker::topic_config_number(configs, "min.insync.replicas"))) {
    return {ErrorCode::not_enough_replicas, "", -1, -1};
  }
  auto result = partition->stored->append(wanted.records, partition->leader_epoch, call.frame);
  if (result.error == ErrorCode::none) partition->wake();
  return result;
}

void write_produced(const Call& call, Writer& writer, const ProducedPartition& partition,
                    std::int64_t log_start) {
  writer.int32(partition.index);
  write_error(writer, partition.appended.error);
  writer.int64(partition.appended.base_offset);
  if (call.version >= 2) writer.int64(partition.appended.append_time);
  if (call.version >= 5) writer.int64(log_start);
  if (call.version >= 8) writer.array(0);  // records at fault, one by one
  if (call.version >= 8) write_message(writer, partition.appended.message);
}

}  // namespace

void answer_produce(const CallPtr& call) {
  auto& body = call->body;
  const bool transactional = call->version >= 3 && body.nullable_text().has_value();
  const int acks = body.int16();
  body.int32();  // the time-out: nothing is waited for
  auto topics = by_topic<ProducedPartition>(
      body, [&] { return ProducedPartition{body.int32(), body.bytes(), {}}; });
  body.tags();
  if (!call->parsed()) return;
  bool failed = false;
  for (auto& topic : topics) {
    for (auto& partition : topic.partitions) {
      partition.appended = transactional ? Appended{ErrorCode::invalid_request,
                                                    "transactions are not spoken here", -1, -1}
                                         : appended(*call, topic.name, partition, acks);
      failed |= partition.appended.error != ErrorCode::none;
    }
  }
  // Without acknowledgements, closing the connection is the only way to tell that something failed.
  if (acks == 0 && failed) return call->refuse("records without acknowledgement were refused");
  if (acks == 0) return call->reply_nothing();
  auto writer = call->writer();
  write_by_topic(writer, topics, [&](const std::string& topic, const ProducedPartition& each) {
    const auto* partition = call->world.cluster.find(topic, each.index);
    const bool ok = each.appended.error == ErrorCode::none;
    write_produced(*call, writer, each, ok && partition != nullptr ? partition->log->start() : -1);
  });
  if (call->version >= 1) writer.int32(call->throttle_ms());
  writer.tags();
  call->reply(std::move(writer));
}

namespace {

// source: Kafka's ListOffsets request
constexpr std::int64_t latest_offset = -1;
constexpr std::int64_t earliest_offset = -2;
constexpr std::int64_t latest_timestamp = -3;

struct LookedUp {
  int index = 0;
  std::int64_t timestamp = 0;
};

std::optional<broker::OffsetAndTime> looked_up(const broker::PartitionLog& log,
                                               std::int64_t timestamp) {
  switch (timestamp) {
    case latest_offset:
      return broker::OffsetAndTime{log.end(), -1};
    case earliest_offset:
      return broker::OffsetAndTime{log.start(), -1};
    case latest_timestamp:
      return log.latest();
    default:
      return log.first_at(timestamp);
  }
}

}  // namespace

void answer_list_offsets(const CallPtr& call) {
  auto& body = call->body;
  body.int32();  // the replica that asks
  if (call->version >= 2) body.int8();
  const auto topics = by_topic<LookedUp>(body, [&] {
    LookedUp wanted{body.int32(), 0};
    if (call->version >= 4) body.int32();  // the leader epoch that the client knows
    wanted.timestamp = body.int64();
    return wanted;
  });
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  if (call->version >= 2) writer.int32(call->throttle_ms());
  write_by_topic(writer, topics, [&](const std::string& topic, const LookedUp& wanted) {
    const auto [partition, error] = led(*call, topic, wanted.index);
    const auto found =
        partition == nullptr ? std::nullopt : looked_up(*partition->log, wanted.timestamp);
    writer.int32(wanted.index);
    write_error(writer, error);
    writer.int64(found ? found->timestamp : -1);
    writer.int64(found ? found->offset : -1);
    if (call->version >= 4)
      writer.int32(found && partition != nullptr ? partition->leader_epoch : -1);
  });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_offset_for_leader_epoch(const CallPtr& call) {
  struct Wanted {
    int index;
    int epoch;
  };
  auto& body = call->body;
  if (call->version >= 3) body.int32();
  const auto topics = by_topic<Wanted>(body, [&] {
    Wanted wanted{body.int32(), 0};
    body.int32();
    wanted.epoch = body.int32();
    return wanted;
  });
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  write_by_topic(writer, topics, [&](const std::string& topic, const Wanted& wanted) {
    const auto [partition, error] = led(*call, topic, wanted.index);
    // A new leader takes the log over whole, so any epoch up to now reaches to the log's end.
    const bool known = partition != nullptr && wanted.epoch <= partition->leader_epoch;
    write_error(writer, error);
    writer.int32(wanted.index);
    writer.int32(known ? wanted.epoch : -1);
    writer.int64(known ? partition->log->end() : -1);
  });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_delete_records(const CallPtr& call) {
  struct Wanted {
    int index;
    std::int64_t before;
  };
  auto& body = call->body;
  const auto topics = by_topic<Wanted>(body, [&] { return Wanted{body.int32(), body.int64()}; });
  body.int32();
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  write_by_topic(writer, topics, [&](const std::string& topic, const Wanted& wanted) {
    auto [partition, error] = led(*call, topic, wanted.index);
    if (partition != nullptr) {
      auto& log = *partition->log;
      const auto before = wanted.before == -1 ? log.end() : wanted.before;
      if (before < 0 || before > log.end()) {
        error = ErrorCode::offset_out_of_range;
      } else {
        log.delete_before(before);
        partition->wake();
      }
    }
    writer.int32(wanted.index);
    writer.int64(partition != nullptr && error == ErrorCode::none ? partition->log->start() : -1);
    write_error(writer, error);
  });
  writer.tags();
  call->reply(std::move(writer));
}

void answer_init_producer_id(const CallPtr& call) {
  auto& body = call->body;
  const bool transactional = body.nullable_text().has_value();
  body.int32();
  if (call->version >= 3) {
    body.int64();
    body.int16();
  }
  body.tags();
  if (!call->parsed()) return;
  const auto error =
      call->fault_or(transactional ? ErrorCode::unsupported_version : ErrorCode::none);
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  write_error(writer, error);
  writer.int64(error == ErrorCode::none ? call->world.cluster.new_producer_id() : -1);
  writer.int16(error == ErrorCode::none ? 0 : -1);
  writer.tags();
  call->reply(std::move(writer));
}

}  // namespace partwise::service
