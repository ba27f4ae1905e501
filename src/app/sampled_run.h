// Measures the topics of one cluster by lookups and samples, many topics at a time.
#pragma once

#include <stop_token>

#include "app/recommend_options.h"
#include "app/survey.h"
#include "app/topic_rows.h"
#include "base/progress.h"
#include "sample/cluster_port.h"

namespace partwise::app {

/// Measures every topic of the survey. Topics that stop leaves unfinished get no row.
/// Returns the lookups by time that were spent.
std::int64_t run_sampled(sample::ClusterPort& port, const Survey& survey,
                         const RecommendOptions& options, const TopicSink& sink, Progress& progress,
                         const std::stop_token& stop);

}  // namespace partwise::app
