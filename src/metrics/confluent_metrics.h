// Demand as the Confluent Cloud Metrics API tells it.
#pragma once

#include <stop_token>
#include <string>

#include "metrics/confluent_queries.h"
#include "metrics/demand_source.h"

namespace partwise::metrics {

inline constexpr const char* confluent_metrics_url = "https://api.telemetry.confluent.cloud";

/// Asks for all topics of a cluster at once: hours over the whole time, then minutes of the hours
/// that can still change a topic's count (docs/metrics.md). The time ends 5 minutes ago, when
/// minutes are complete, and begins at most 7 days ago, when they are gone.
///
/// Where only the bytes received cannot be had, nothing can; whatever else is missing makes a
/// warning. `requests` counts calls of the exchange: what it repeats by itself is not seen here.
///
/// errors: invalid_input also for a window that minutes and hours do not make up
/// threads: any
class ConfluentMetrics final : public DemandSource {
 public:
  /// The exchange must outlive it, repeat requests and keep to the service's limit: 300 a minute
  /// for an address.
  ConfluentMetrics(http::Exchange& exchange, std::string base_url, http::Login login)
      : access_{exchange, std::move(base_url), std::move(login)} {}

  Result<ClusterDemand> demand(const DemandQuery& query, const std::stop_token& stop) override;

  [[nodiscard]] std::string method() const override { return "metrics_api"; }

 private:
  ConfluentAccess access_;
};

}  // namespace partwise::metrics
