// What every request of librdkafka's admin interface needs.
#pragma once

#include <stop_token>

#include "kafka/handle.h"

namespace partwise::kafka {

class Client;

/// Options with the client's timeout.
AdminOptionsHandle admin_options(Client& client, rd_kafka_admin_op_t operation);

/// The answer to the one request that answers into `queue`; empty where there is none in time, or a
/// stop was asked for.
EventHandle admin_answer(Client& client, rd_kafka_queue_t* queue, const std::stop_token& stop);

/// Why a request as a whole brought nothing, if so; timed out, where there is no event.
rd_kafka_resp_err_t code_of(rd_kafka_event_t* event);

}  // namespace partwise::kafka
