// `recommend`: from options to the report, for all clusters.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/recommend_options.h"
#include "base/clock.h"
#include "base/progress.h"
#include "sizing/report.h"

namespace partwise::app {

/// What happens while the run goes on.
///
/// threads: any; one cluster's calls come one after another
class RecommendEvents {
 public:
  virtual ~RecommendEvents() = default;
  /// The cluster's id is known and measuring begins.
  virtual void cluster_started(const sizing::ClusterReport& cluster) = 0;
  virtual void topic_finished(const sizing::ClusterReport& cluster,
                              const sizing::TopicReport& topic) = 0;
  /// The cluster's report is complete, also when it failed.
  virtual void cluster_finished(const sizing::ClusterReport& cluster) = 0;
};

/// The report before any cluster is in it.
sizing::RecommendReport report_header(const RecommendOptions& options, Instant started);

/// Measures every cluster that was found, several at a time. A cluster that fails is a cluster of
/// the report with its error. Reads only: joins no group, commits nothing, creates nothing on a
/// cluster but the results topic, where that is asked for. Temporary API keys, where they are
/// needed, are gone when it returns.
///
/// errors: where results cannot be written as the settings say, before anything is measured or
/// made: invalid_input naming the cluster; those of results_registries
/// threads: one at a time
Result<sizing::RecommendReport> recommend(const RecommendOptions& options,
                                          const FoundClusters& found, Outside& outside,
                                          RecommendEvents& events, Progress& progress,
                                          const std::stop_token& stop);

}  // namespace partwise::app
