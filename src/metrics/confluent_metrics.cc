#include "metrics/confluent_metrics.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "metrics/confluent_study.h"

namespace partwise::metrics {
namespace {

constexpr Millis delay = std::chrono::minutes(5);
constexpr Millis retention = std::chrono::days(7);

}  // namespace

Result<ClusterDemand> ConfluentMetrics::demand(const DemandQuery& query,
                                               const std::stop_token& stop) {
  const auto length = std::min(query.length, retention);
  const auto time = TRY(observed_time(query.now - delay, length - delay, query.peak_window));
  ConfluentStudy study(access_, query, time, stop);
  auto demand = TRY(study.demand());
  if (query.length > retention) {
    demand.warnings.insert(
        demand.warnings.begin(),
        fmt::format("Confluent keeps metrics for {}: {} were asked for, and the time from {} on is "
                    "observed",
                    duration_text(retention), duration_text(query.length), utc_text(time.start)));
  }
  return demand;
}

}  // namespace partwise::metrics
