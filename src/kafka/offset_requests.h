// ListOffsets requests through librdkafka's admin interface, many at a time.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

/// Sends requests and turns their events into answers. The admin interface is used because it also
/// tells the timestamp of the record found, which offsets_for_times does not.
class OffsetRequests {
 public:
  OffsetRequests(Client& client, rd_kafka_queue_t* queue) : client_(client), queue_(queue) {}

  /// All of the queries must have their leader at `broker`; librdkafka sends them as one request.
  void send(int broker, std::span<const sample::OffsetQuery> queries,
            const std::vector<std::string>& topics);

  /// The answers in a LISTOFFSETS_RESULT event.
  sample::OffsetsArrived answers_of(rd_kafka_event_t* event);

 private:
  /// What was asked, kept until its event: librdkafka hands the number back untouched.
  struct Pending {
    int broker = 0;
    SteadyTime sent;
    std::vector<sample::OffsetQuery> queries;
    std::vector<std::string> names;  // beside the queries
  };

  [[nodiscard]] rd_kafka_resp_err_t code_without_answer(const Pending& pending) const;
  void tell_distrust(sample::OffsetsArrived& arrived) const;

  Client& client_;
  rd_kafka_queue_t* queue_;
  std::map<std::uintptr_t, Pending> pending_;
  std::uintptr_t last_ = 0;
};

}  // namespace partwise::kafka
