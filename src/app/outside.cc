#include "app/outside.h"

#include <random>
#include <utility>

#include "app/version.h"

namespace partwise::app {
namespace {

// 300 requests a minute from one address, says the Metrics API's documentation (2026).
constexpr int metrics_requests = 300;
constexpr Millis metrics_window{60'000};

std::string user_agent() { return "partwise/" + std::string(version); }

http::CurlSettings client_settings() {
  http::CurlSettings settings;
  settings.user_agent = user_agent();
  return settings;
}

http::CurlSettings own_client_settings() {
  auto settings = client_settings();
  settings.http_anywhere = true;
  return settings;
}

// A cloud's instance metadata has no TLS.
http::CurlSettings aws_client_settings(const config::Environment& environment) {
  auto settings = client_settings();
  settings.http_anywhere = true;
  settings.ca_file = environment("AWS_CA_BUNDLE").value_or("");
  return settings;
}

credentials::AwsContext aws_context(const OutsideSettings& settings, http::Exchange& exchange,
                                    const Clock& clock, http::Waiter& waiter) {
  credentials::AwsContext context{
      settings.environment, settings.environment("HOME").value_or(""), {}, exchange, clock, waiter};
  context.patience = settings.patience;
  return context;
}

http::RetrySettings retries(const OutsideSettings& settings, http::RateLimiter* limiter,
                            std::optional<Millis> patience) {
  return {limiter, std::random_device{}(), settings.note, patience};
}

}  // namespace

Outside::Outside(const OutsideSettings& settings)
    : client_(client_settings()),
      own_client_(own_client_settings()),
      aws_client_(aws_client_settings(settings.environment)),
      metrics_limit_(metrics_requests, metrics_window, clock_, waiter_),
      services_(client_, clock_, waiter_, retries(settings, nullptr, settings.patience)),
      unhurried_(client_, clock_, waiter_, retries(settings, nullptr, std::nullopt)),
      metrics_(client_, clock_, waiter_, retries(settings, &metrics_limit_, settings.patience)),
      own_services_(own_client_, clock_, waiter_, retries(settings, nullptr, settings.patience)),
      aws_(aws_context(settings, aws_client_, clock_, waiter_)) {}

}  // namespace partwise::app
