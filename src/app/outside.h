// What a run reaches beside Kafka: services of the web, by one client and with one limit each.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "config/option.h"
#include "credentials/aws_credentials.h"
#include "http/curl_client.h"
#include "http/rate_limiter.h"
#include "http/retrying.h"
#include "http/waiter.h"

namespace partwise::app {

struct OutsideSettings {
  config::Environment environment;  ///< of the process and its .env file
  /// For one request with all its repeats; empty: that of each request.
  std::optional<Millis> patience;
  std::function<void(std::string)> note;  ///< told of each repeat; threads: any
};

/// threads: any; it must outlive what it hands out
class Outside {
 public:
  explicit Outside(const OutsideSettings& settings);

  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] http::Waiter& waiter() { return waiter_; }

  /// Repeats what fails and may be repeated.
  [[nodiscard]] http::Exchange& services() { return services_; }
  /// Likewise, with each request's own patience, whatever the settings say: what has to be cleaned
  /// up is worth a wait.
  [[nodiscard]] http::Exchange& unhurried() { return unhurried_; }
  /// Likewise, for the Confluent Metrics API: no more requests a minute than it allows to this
  /// machine, whoever asks.
  [[nodiscard]] http::Exchange& metrics() { return metrics_; }
  /// Repeats, too; for what the user runs, in a network where services may have no TLS.
  [[nodiscard]] http::Exchange& own_services() { return own_services_; }
  [[nodiscard]] credentials::AwsCredentialChain& aws() { return aws_; }

 private:
  SystemClock clock_;
  http::SystemWaiter waiter_;
  http::CurlClient client_;
  http::CurlClient own_client_;
  http::CurlClient aws_client_;
  http::RateLimiter metrics_limit_;
  http::Retrying services_;
  http::Retrying unhurried_;
  http::Retrying metrics_;
  http::Retrying own_services_;
  credentials::AwsCredentialChain aws_;
};

}  // namespace partwise::app
