#include "kafka/topic_removal.h"

#include <fmt/format.h>

#include "base/check.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/error.h"

namespace partwise::kafka {
namespace {

using DeleteTopicHandle = Handle<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;

Error failure(rd_kafka_resp_err_t code, const std::string& name, const char* detail) {
  auto error = error_of(code, "delete the topic " + name, detail == nullptr ? "" : detail);
  if (error.kind == ErrorKind::unauthorized) {
    error.hint = fmt::format("allow DELETE on the topic {}", name);
  }
  return error;
}

}  // namespace

Result<> remove_topics(Client& client, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::vector<DeleteTopicHandle> handles;
  std::vector<rd_kafka_DeleteTopic_t*> topics;
  for (const auto& name : names) {
    handles.emplace_back(rd_kafka_DeleteTopic_new(name.c_str()));
    topics.push_back(handles.back().get());
  }
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DELETETOPICS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteTopics(client.get(), topics.data(), topics.size(), options.get(), queue.get());
  const auto event = admin_answer(client, queue.get(), {});
  if (const auto code = code_of(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return tl::unexpected(
        failure(code, names.front(), event ? rd_kafka_event_error_string(event.get()) : nullptr));
  }
  std::size_t count = 0;
  const auto** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      continue;
    return tl::unexpected(failure(code, rd_kafka_topic_result_name(results[i]),
                                  rd_kafka_topic_result_error_string(results[i])));
  }
  return {};
}

}  // namespace partwise::kafka
