// Measures the topics of one cluster by reading every record of the window.
#pragma once

#include <stop_token>

#include "app/sampled_run.h"
#include "sample/scan_port.h"

namespace partwise::app {

/// As run_sampled, exactly: the reference that samples are compared with. Returns the lookups
/// spent on finding where the window begins.
std::int64_t run_scanned(sample::ClusterPort& port, sample::ScanPort& scan, const Survey& survey,
                         const RecommendOptions& options, const TopicSink& sink, Progress& progress,
                         const std::stop_token& stop);

}  // namespace partwise::app
