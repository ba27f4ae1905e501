// Measures the topics of one cluster by asking a service that has counted their traffic.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/recommend_options.h"
#include "app/survey.h"
#include "app/topic_rows.h"
#include "base/progress.h"
#include "metrics/demand_source.h"

namespace partwise::app {

/// What a service told about the cluster as a whole.
struct MeteredCluster {
  std::vector<std::string> warnings;
  std::optional<double> cluster_load;  ///< of the busiest hour, 0 to 1
  std::int64_t requests = 0;
  bool told_nothing = false;  ///< see metrics::ClusterDemand::nothing
};

/// Every topic of the survey gets a row; one whose metrics failed is an error, as all are where the
/// source failed as a whole, unless by an interruption.
///
/// errors: those of the source
Result<MeteredCluster> run_metered(metrics::DemandSource& source, const Survey& survey,
                                   const RecommendOptions& options, const TopicSink& sink,
                                   Progress& progress, const std::stop_token& stop);

}  // namespace partwise::app
