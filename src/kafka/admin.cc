#include "kafka/admin.h"

#include <chrono>

#include "base/check.h"
#include "kafka/client.h"

namespace partwise::kafka {

AdminOptionsHandle admin_options(Client& client, rd_kafka_admin_op_t operation) {
  AdminOptionsHandle options(rd_kafka_AdminOptions_new(client.get(), operation));
  const auto timeout = static_cast<int>(client.timeout().count());
  CHECK(rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout, nullptr, 0) ==
        RD_KAFKA_RESP_ERR_NO_ERROR);
  return options;
}

EventHandle admin_answer(Client& client, rd_kafka_queue_t* queue, const std::stop_token& stop) {
  constexpr int slice_ms = 100;  // how long a stop may go unnoticed
  // The request ends by its own time-out; the second is for its event to come round.
  const auto deadline = std::chrono::steady_clock::now() + client.timeout() + Millis{1'000};
  EventHandle event;
  while (!event && !stop.stop_requested() && std::chrono::steady_clock::now() < deadline) {
    event.reset(rd_kafka_queue_poll(queue, slice_ms));
  }
  return event;
}

rd_kafka_resp_err_t code_of(rd_kafka_event_t* event) {
  return event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
}

}  // namespace partwise::kafka
