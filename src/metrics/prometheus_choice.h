// Which exporter's metrics are taken, and the error that says why none can be.
#pragma once

#include <stop_token>
#include <string>

#include "metrics/demand_source.h"
#include "metrics/observed_time.h"
#include "metrics/prometheus_api.h"
#include "metrics/prometheus_reader.h"

namespace partwise::metrics {

struct PrometheusChoice {
  PrometheusReader reader;
  std::string text;        ///< for the log
  PrometheusRows samples;  ///< of each instance, by hour
  bool of_one_cluster;     ///< the selector has the cluster's id
};

/// "cluster=\"a\"" of "{cluster=\"a\",}": label matchers as they go into a selector.
std::string matchers_in(std::string_view selector);

/// The best flavour that has a series of a topic in that time.
///
/// cluster: for the places in the selector; and Confluent Cloud's export has it as a label
/// errors: not_found: no flavour is there, or no series of a topic; says what there is instead
Result<PrometheusChoice> chosen_flavour(PrometheusApi& api, const std::string& wanted,
                                        const std::string& selector, const std::string& cluster,
                                        const ObservedTime& time, const std::stop_token& stop);

}  // namespace partwise::metrics
