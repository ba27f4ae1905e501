// What the Confluent Cloud Metrics API says when it refuses.
#pragma once

#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::metrics {

/// http::refusal with the hints that fit here.
Error confluent_refusal(const http::Reply& reply, const std::string& what);

}  // namespace partwise::metrics
