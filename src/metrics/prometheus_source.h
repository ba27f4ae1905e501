// Demand from the brokers' counters in a Prometheus.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "http/exchange.h"
#include "metrics/demand_source.h"
#include "metrics/prometheus_api.h"

namespace partwise::metrics {

struct PrometheusSettings {
  PrometheusAccess access;
  std::string flavour;   ///< one of flavour_names(); empty: the best that is there
  std::string selector;  ///< label matchers of PromQL that go into every selector: cluster="a";
                         ///< {cluster_id} in it stands for the id of the query
  /// Mean bytes of a topic's records, for exporters that tell offsets alone.
  std::map<std::string, double> record_bytes;
  std::optional<double> other_record_bytes = {};  ///< of topics that are not in record_bytes
  bool several_clusters = false;  ///< others are asked about, too, with the same settings
};

/// Asks for sums of hours first, and for windows of those hours alone that could change the count.
///
/// Sums are over brokers, of what each counter grew by. Where the time, the scrapes or the flavour
/// tell less than was asked, a warning says so: the time is cut to what Prometheus kept, gaps are
/// left out of means, and a window is made as long as scrapes can tell. What is told beside the
/// sums of hours is worth a warning where it cannot be had, not an error. Topics that the brokers
/// never counted have no series and no traffic; no series of any topic is an error.
///
/// Requests are those to the exchange; the repeated ones of a retrying exchange are not seen here.
class PrometheusSource final : public DemandSource {
 public:
  /// The exchange must outlive it.
  PrometheusSource(PrometheusSettings settings, http::Exchange& exchange);

  Result<ClusterDemand> demand(const DemandQuery& query, const std::stop_token& stop) override;

  [[nodiscard]] std::string method() const override { return "prometheus"; }

  /// Which flavour the last demand() took, and why; empty before.
  [[nodiscard]] std::string chosen() const override;

 private:
  PrometheusSettings settings_;
  http::Exchange& exchange_;
  mutable std::mutex mutex_;
  std::string chosen_;
};

}  // namespace partwise::metrics
