#include "kafka/record_topic.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "base/topic_name.h"
#include "base/units.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/error.h"
#include "kafka/topic_configs.h"

namespace partwise::kafka {
namespace {

using TopicsHandle = Handle<rd_kafka_TopicCollection_t, rd_kafka_TopicCollection_destroy>;
using NewTopicHandle = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using ErrorHandle = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;

std::string retention_text(const std::optional<Millis>& retention) {
  return retention ? duration_text(*retention) : "ever";
}

Error failure(rd_kafka_resp_err_t code, const std::string& doing, const RecordTopic& topic,
              const char* detail) {
  auto error =
      error_of(code, fmt::format("{} {}", doing, topic.name), detail == nullptr ? "" : detail);
  if (error.kind == ErrorKind::unauthorized) {
    error.hint = fmt::format("allow DESCRIBE, CREATE and WRITE on the topic {}", topic.name);
  }
  return error;
}

// The answer's event, where there is one and the request as a whole did not fail.
Result<EventHandle> answer_to(Client& client, rd_kafka_queue_t* queue, const std::string& doing,
                              const RecordTopic& topic, const std::stop_token& stop) {
  auto event = admin_answer(client, queue, stop);
  if (stop.stop_requested()) {
    return fail(ErrorKind::interrupted,
                fmt::format("interrupted: did not {} {}", doing, topic.name));
  }
  const auto code = event ? rd_kafka_event_error(event.get()) : RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
  return tl::unexpected(
      failure(code, doing, topic, event ? rd_kafka_event_error_string(event.get()) : nullptr));
}

// Brokers that check no access tell that everything is allowed; some tell nothing at all.
bool forbids_writing(const rd_kafka_TopicDescription_t* description) {
  std::size_t count = 0;
  const auto* allowed = rd_kafka_TopicDescription_authorized_operations(description, &count);
  if (allowed == nullptr) return false;
  const std::span operations(allowed, count);
  return std::none_of(operations.begin(), operations.end(), [](auto operation) {
    return operation == RD_KAFKA_ACL_OPERATION_WRITE || operation == RD_KAFKA_ACL_OPERATION_ALL;
  });
}

Result<EventHandle> description(Client& client, const RecordTopic& topic,
                                const std::stop_token& stop) {
  std::array<const char*, 1> names = {topic.name.c_str()};
  const TopicsHandle topics(rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  const ErrorHandle refused(
      rd_kafka_AdminOptions_set_include_authorized_operations(options.get(), 1));
  CHECK(refused == nullptr);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DescribeTopics(client.get(), topics.get(), options.get(), queue.get());
  return answer_to(client, queue.get(), "look for the topic", topic, stop);
}

NewTopicHandle new_topic(const RecordTopic& topic) {
  NewTopicHandle made(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                            topic.replication_factor, nullptr, 0));
  CHECK(made != nullptr);  // partitions and replicas are above zero
  const auto retention = topic.retention ? std::to_string(topic.retention->count()) : "-1";
  rd_kafka_NewTopic_set_config(made.get(), "cleanup.policy", "delete");
  rd_kafka_NewTopic_set_config(made.get(), "retention.ms", retention.c_str());
  return made;
}

}  // namespace

Result<int> broker_count(Client& client, const RecordTopic& topic, const std::stop_token& stop) {
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DescribeCluster(client.get(), options.get(), queue.get());
  const auto event = TRY(answer_to(client, queue.get(), "count the brokers for", topic, stop));
  std::size_t count = 0;
  rd_kafka_DescribeCluster_result_nodes(rd_kafka_event_DescribeCluster_result(event.get()), &count);
  return static_cast<int>(count);
}

Result<> check_record_topic(const RecordTopic& topic) {
  auto checked = check_topic_name(topic.name);
  if (checked) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("KAFKA_WRITER_TOPIC_NAME: {}", checked.error().message),
              checked.error().hint, "KAFKA_WRITER_TOPIC_NAME");
}

Result<> check_replication(const RecordTopic& topic, std::size_t brokers) {
  if (std::cmp_less_equal(topic.replication_factor, brokers)) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("the topic {} cannot be made: its replication factor is to be {}, but "
                          "the cluster has {}",
                          topic.name, topic.replication_factor,
                          counted_text(static_cast<std::int64_t>(brokers), "broker")),
              fmt::format("set {}{}", topic.replication_setting, brokers),
              topic.replication_setting.substr(0, topic.replication_setting.size() - 1));
}

std::string difference(const RecordTopic& wanted, const ExistingTopic& existing) {
  std::vector<std::string> parts;
  if (existing.partitions != wanted.partitions) {
    parts.push_back(fmt::format("has {}, not {}", counted_text(existing.partitions, "partition"),
                                wanted.partitions));
  }
  if (existing.replication_factor != wanted.replication_factor) {
    parts.push_back(fmt::format("has replication factor {}, not {}", existing.replication_factor,
                                wanted.replication_factor));
  }
  if (!existing.retention) {
    parts.push_back(fmt::format("keeps records for a time that is not known ({})",
                                existing.retention.error().message));
  } else if (*existing.retention != wanted.retention) {
    parts.push_back(fmt::format("keeps records for {}, not for {}",
                                retention_text(*existing.retention),
                                retention_text(wanted.retention)));
  }
  if (parts.empty()) return {};
  return fmt::format("the topic {} is there already and stays as it is: it {}", wanted.name,
                     joined(parts, ", "));
}

Result<std::optional<ExistingTopic>> existing_topic(Client& client, const RecordTopic& topic,
                                                    const std::stop_token& stop) {
  const auto event = TRY(description(client, topic, stop));
  std::size_t count = 0;
  const auto** descriptions = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  if (count == 0) return std::nullopt;
  const auto* found = descriptions[0];
  const auto* error = rd_kafka_TopicDescription_error(found);
  const auto code = error == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::nullopt;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return tl::unexpected(failure(code, "look for the topic", topic, rd_kafka_error_string(error)));
  }
  if (forbids_writing(found)) {
    return tl::unexpected(failure(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                  "write to the topic", topic, nullptr));
  }
  ExistingTopic existing;
  const auto** partitions = rd_kafka_TopicDescription_partitions(found, &count);
  existing.partitions = static_cast<int>(count);
  if (count > 0) {
    rd_kafka_TopicPartitionInfo_replicas(partitions[0], &count);
    existing.replication_factor = static_cast<int>(count);
  }
  const auto configurations = describe_configs(client, {topic.name}, stop);
  existing.retention = configurations.at(0).map(
      [](const sample::TopicConfiguration& configuration) { return configuration.retention; });
  return existing;
}

Result<> make_topic(Client& client, const RecordTopic& topic, Making making,
                    const std::stop_token& stop) {
  const auto brokers = TRY(broker_count(client, topic, stop));
  TRY(check_replication(topic, static_cast<std::size_t>(brokers)));
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  CHECK(rd_kafka_AdminOptions_set_validate_only(options.get(),
                                                making == Making::only_checked ? 1 : 0, nullptr,
                                                0) == RD_KAFKA_RESP_ERR_NO_ERROR);
  const auto wanted = new_topic(topic);
  std::array<rd_kafka_NewTopic_t*, 1> topics = {wanted.get()};
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateTopics(client.get(), topics.data(), topics.size(), options.get(), queue.get());
  const auto event = TRY(answer_to(client, queue.get(), "make the topic", topic, stop));
  std::size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  CHECK(count == topics.size());
  const auto code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return {};
  }
  return tl::unexpected(
      failure(code, "make the topic", topic, rd_kafka_topic_result_error_string(results[0])));
}

}  // namespace partwise::kafka
