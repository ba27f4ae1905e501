#include "kafka/offset_requests.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "kafka/admin.h"
#include "kafka/error.h"

namespace partwise::kafka {
namespace {

using sample::OffsetAnswer;
using sample::OffsetQuery;

using ByPlace =
    std::map<std::pair<std::string_view, std::int32_t>, const rd_kafka_ListOffsetsResultInfo_t*>;

OffsetAnswer failed(const OffsetQuery& query, const std::string& topic, rd_kafka_resp_err_t code,
                    const std::string& detail = {}) {
  OffsetAnswer answer;
  answer.query = query;
  answer.error =
      error_of(code, fmt::format("look up offsets of {} [{}]", topic, query.at.partition), detail);
  answer.retriable = may_pass(code);
  return answer;
}

OffsetAnswer answer_of(const OffsetQuery& query, const std::string& topic,
                       const rd_kafka_ListOffsetsResultInfo_t* info,
                       rd_kafka_resp_err_t without_answer) {
  const auto* place = rd_kafka_ListOffsetsResultInfo_topic_partition(info);
  if (place->err != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(query, topic, place->err);
  // A part of the request that failed as a whole keeps the offset it began with, without an error.
  if (place->offset == RD_KAFKA_OFFSET_INVALID) return failed(query, topic, without_answer);
  OffsetAnswer answer;
  answer.query = query;
  if (place->offset >= 0) {
    answer.found.offset = place->offset;
    answer.found.timestamp = Instant{Millis{rd_kafka_ListOffsetsResultInfo_timestamp(info)}};
  }
  return answer;
}

}  // namespace

void OffsetRequests::send(int broker, std::span<const OffsetQuery> queries,
                          const std::vector<std::string>& topics) {
  auto& pending = pending_[++last_];
  pending.broker = broker;
  pending.sent = std::chrono::steady_clock::now();
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(queries.size())));
  for (const auto& query : queries) {
    const auto& name = topics.at(static_cast<std::size_t>(query.at.topic));
    pending.queries.push_back(query);
    pending.names.push_back(name);
    rd_kafka_topic_partition_list_add(list.get(), name.c_str(), query.at.partition)->offset =
        query.time_ms;
  }
  const auto options = admin_options(client_, RD_KAFKA_ADMIN_OP_LISTOFFSETS);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a number that comes back, never followed
  rd_kafka_AdminOptions_set_opaque(options.get(), reinterpret_cast<void*>(last_));
  rd_kafka_ListOffsets(client_.get(), list.get(), options.get(), queue_);
}

// librdkafka does not tell why there is no answer: the time it took does.
rd_kafka_resp_err_t OffsetRequests::code_without_answer(const Pending& pending) const {
  const auto took = std::chrono::steady_clock::now() - pending.sent;
  return took * 10 >= client_.timeout() * 9 ? RD_KAFKA_RESP_ERR__TIMED_OUT
                                            : RD_KAFKA_RESP_ERR__TRANSPORT;
}

sample::OffsetsArrived OffsetRequests::answers_of(rd_kafka_event_t* event) {
  const auto node =
      pending_.extract(reinterpret_cast<std::uintptr_t>(rd_kafka_event_opaque(event)));
  const auto& pending = node.mapped();
  sample::OffsetsArrived arrived;
  arrived.broker = pending.broker;
  const auto code = rd_kafka_event_error(event);
  ByPlace infos;
  if (const auto* result = rd_kafka_event_ListOffsets_result(event);
      code == RD_KAFKA_RESP_ERR_NO_ERROR && result != nullptr) {
    std::size_t count = 0;
    const auto** list = rd_kafka_ListOffsets_result_infos(result, &count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto* place = rd_kafka_ListOffsetsResultInfo_topic_partition(list[i]);
      infos[{place->topic, place->partition}] = list[i];
    }
  }
  for (std::size_t i = 0; i < pending.queries.size(); ++i) {
    const auto& query = pending.queries[i];
    const auto& name = pending.names[i];
    const auto found = infos.find({name, query.at.partition});
    if (found != infos.end()) {
      arrived.answers.push_back(
          answer_of(query, name, found->second, code_without_answer(pending)));
    } else {
      const auto* text = rd_kafka_event_error_string(event);
      arrived.answers.push_back(failed(
          query, name, code == RD_KAFKA_RESP_ERR_NO_ERROR ? code_without_answer(pending) : code,
          text == nullptr ? "" : text));
    }
  }
  tell_distrust(arrived);
  return arrived;
}

// To librdkafka, a broker whose certificate is refused is one that does not answer.
void OffsetRequests::tell_distrust(sample::OffsetsArrived& arrived) const {
  const auto error = client_.untrusted(arrived.broker);
  if (!error) return;
  for (auto& answer : arrived.answers) {
    if (!answer.error || !answer.retriable) continue;
    answer.error = error;
    answer.retriable = false;
  }
}

}  // namespace partwise::kafka
