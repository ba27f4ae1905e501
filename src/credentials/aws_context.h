// What finding credentials and asking AWS needs from around it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "config/option.h"
#include "credentials/aws_keys.h"
#include "http/exchange.h"
#include "http/waiter.h"

namespace partwise::credentials {

/// The exchange, the clock and the waiter must outlive it.
struct AwsContext {
  config::Environment environment;
  std::string home;     ///< the user's folder
  std::string profile;  ///< named by the user, which leaves the environment's keys out; else empty
  http::Exchange& exchange;
  const Clock& clock;
  http::Waiter& waiter;
  Millis process_limit = Millis(60'000);          ///< for a credential_process
  std::optional<Millis> patience = std::nullopt;  ///< for a call; empty: that of the request
};

/// What one place said that may have credentials: them, or why it has none.
struct AwsAnswer {
  std::optional<AwsCredentials> credentials;
  std::string why_not;

  static AwsAnswer with(AwsCredentials found) { return {std::move(found), ""}; }
};

}  // namespace partwise::credentials
