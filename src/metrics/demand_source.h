// The port to where demand is already counted: a metrics service that is asked for it.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "sizing/demand.h"
#include "sizing/rule.h"

namespace partwise::metrics {

/// What is asked about one cluster.
struct DemandQuery {
  std::string cluster_id;  ///< the service's name of it
  std::vector<std::string> topics;
  Instant now;
  Millis length{0};               ///< how far back, at most; a service that keeps less says so
  Millis peak_window{60'000};     ///< of the busiest window that is looked for
  double peak_quantile = 1;       ///< of the windows' rates; 1: the maximum
  sizing::SizingSettings sizing;  ///< no more detail is asked for than the count depends on
};

/// What a service tells of one cluster.
struct ClusterDemand {
  /// In the order of the query. An error is that of this topic alone. Rates are of bytes as the
  /// brokers count them: compressed, without replication.
  std::vector<Result<sizing::Demand>> topics;
  std::vector<std::string> warnings;   ///< about the cluster as a whole
  std::optional<double> cluster_load;  ///< of the busiest hour, 0 to 1
  bool nothing = false;       ///< of any topic: it may be another cluster, or one that is hidden
  std::int64_t requests = 0;  ///< calls of the exchange; what it repeats by itself is not seen
};

/// threads: any
class DemandSource {
 public:
  virtual ~DemandSource() = default;

  /// errors: where no topic could be asked for: unauthorized, unavailable, timeout, not_found (the
  /// cluster), invalid_input (a setting that the service cannot serve), interrupted
  virtual Result<ClusterDemand> demand(const DemandQuery& query, const std::stop_token& stop) = 0;

  /// What the last demand() chose by itself, and why, for the log; may be empty.
  [[nodiscard]] virtual std::string chosen() const { return {}; }

  /// "metrics_api", "prometheus": for the method column.
  [[nodiscard]] virtual std::string method() const = 0;
};

}  // namespace partwise::metrics
