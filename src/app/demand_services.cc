#include "app/demand_services.h"

#include "base/check.h"
#include "metrics/confluent_metrics.h"
#include "metrics/prometheus_source.h"

namespace partwise::app {

namespace {

metrics::PrometheusSettings prometheus_settings(const PrometheusOptions& options,
                                                bool several_clusters) {
  metrics::PrometheusSettings settings;
  settings.access.url = options.url;
  if (!options.user.empty()) settings.access.login = http::Login{options.user, options.password};
  settings.access.bearer = options.token;
  settings.flavour = options.flavour;
  settings.selector = options.selector;
  settings.record_bytes = options.record_bytes;
  settings.other_record_bytes = options.other_record_bytes;
  settings.several_clusters = several_clusters;
  return settings;
}

}  // namespace

std::unique_ptr<metrics::DemandSource> DemandServices::source(Method method) const {
  CHECK(method != Method::sampling_records);
  if (method == Method::prometheus) {
    return std::make_unique<metrics::PrometheusSource>(
        prometheus_settings(options_.measured.prometheus, found_.clusters.size() > 1),
        outside_.own_services());
  }
  return std::make_unique<metrics::ConfluentMetrics>(
      outside_.metrics(), options_.where.cloud.metrics_url, *found_.cloud_login);
}

}  // namespace partwise::app
