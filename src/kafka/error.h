// librdkafka's errors in this program's terms.
#pragma once

#include <string>

#include <librdkafka/rdkafka.h>

#include "base/result.h"

namespace partwise::kafka {

/// What kind of trouble a code means.
ErrorKind kind_of(rd_kafka_resp_err_t code);

/// "cannot <doing>: <librdkafka's text>", with a hint where one is known.
Error error_of(rd_kafka_resp_err_t code, const std::string& doing, const std::string& detail = {});

/// The error may pass by itself: a leader moved, a broker restarts, a request timed out.
bool may_pass(rd_kafka_resp_err_t code);

}  // namespace partwise::kafka
