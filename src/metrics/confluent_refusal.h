// What the Confluent Cloud Metrics API says when it refuses.
#pragma once

#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::metrics {

/// The error for a reply that is not 200: "WHAT: HTTP status 400: DETAIL", and a hint.
///
/// Reads JSON ({"errors": [...]}, where each field may be absent, or a message); of what is none,
/// such as a web page, nothing is repeated. Kinds: unauthorized for 401 and 403, not_found for 404,
/// timeout for 408, limit for 429, invalid_input for other 4xx, unavailable for 5xx, corrupt for
/// the rest.
Error confluent_refusal(const http::Reply& reply, const std::string& what);

}  // namespace partwise::metrics
