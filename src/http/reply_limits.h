// What a reply says about when to ask again.
#pragma once

#include <optional>

#include "base/clock.h"
#include "http/exchange.h"

namespace partwise::http {

/// How long to wait by Retry-After: seconds, or a date, which counts from the reply's own Date
/// where it has one (a server's clock may differ from ours). None where there is none, or it is
/// broken or more than a day.
///
/// source: RFC 9110, 10.2.3
std::optional<Millis> retry_after(const Reply& reply, Instant now);

/// How long until the service's limit lets requests through again, by rateLimit-reset and
/// X-RateLimit-Reset: seconds from now, in any case, one for each limit. The largest of those with
/// nothing remaining; on a 429 without such, the largest of all. None where nothing is said, or
/// what is said is broken or more than a day.
std::optional<Millis> rate_limit_reset(const Reply& reply);

}  // namespace partwise::http
