// Waiting until something new works everywhere.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/waiter.h"

namespace partwise::credentials {

/// A key of a Kafka cluster takes about two minutes, and reaches one broker before another.
struct UsableLimits {
  Millis first_wait = Millis(2'000);
  Millis longest_wait = Millis(30'000);      ///< the waits double up to it
  Millis give_up = Millis(20 * 60'000);      ///< since the call
  int successes = 2;                         ///< in a row; between them, the first wait again
  Millis out_of_reach = Millis(2 * 60'000);  ///< so long a network may fail at a stretch
};

/// Probes at once and then after each wait, until the probe has been true as often in a row as the
/// limits ask. The last probe begins when the time to give up has come.
///
/// what: for messages: "API key ABC of cluster lkc-1"
/// probe: false: not yet. Its error ends the wait; an unavailable or timeout, once it has answered,
/// only when it lasts longer than the limits allow.
///
/// errors: the probe's; timeout; interrupted
Result<> wait_until_usable(const std::string& what, const std::function<Result<bool>()>& probe,
                           const Clock& clock, http::Waiter& waiter, const UsableLimits& limits,
                           const std::stop_token& stop);

}  // namespace partwise::credentials
