// What Confluent Cloud's control plane says when it refuses.
#pragma once

#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::credentials {

/// The error for a reply that is not what was asked for:
/// "WHAT: HTTP status 401: TITLE: DETAIL (request id ID)", and a hint.
///
/// Reads JSON ({"errors": [...]}, where each field may be absent) and the title of HTML; what is
/// neither is not repeated. Kinds: unauthorized for 401 and 403, not_found for 404, limit for 402
/// (a quota) and 429, invalid_input for other 4xx, unavailable for 5xx, corrupt for the rest.
Error confluent_error(const http::Reply& reply, const std::string& what);

/// "WHAT: WRONG (request id ID)", corrupt: a reply that says yes and is not what was asked for.
Error confluent_nonsense(const http::Reply& reply, const std::string& what,
                         const std::string& wrong);

}  // namespace partwise::credentials
