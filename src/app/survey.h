// What must be known of a cluster before any topic is measured.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/recommend_options.h"
#include "base/progress.h"
#include "sample/cluster_port.h"
#include "sample/lookup_queue.h"
#include "sample/window_grid.h"
#include "sizing/report.h"

namespace partwise::app {

/// One topic that will be measured, or whose row will say why not.
struct SurveyedTopic {
  std::string name;
  std::vector<sample::PartitionDescription> partitions;
  std::optional<bool> compacted;  ///< empty: its configuration could not be read
  bool remote_storage = false;
  bool uncompressed = false;  ///< brokers store its records without compression
  sample::WindowGrid grid;
  std::optional<std::int64_t> stored_bytes;
  std::vector<sample::OffsetRange> ranges;  ///< by partition
  std::vector<sizing::Failure> failures;
  bool measurable = true;  ///< every partition's log start and end are known
};

struct Survey {
  std::string cluster_id;
  int brokers = 0;
  Instant now;
  std::vector<SurveyedTopic> topics;  ///< in the port's order
  std::vector<std::string> warnings;
  std::int64_t watermark_lookups = 0;
};

/// Lists the topics that the options choose, with configurations, watermarks and sizes on disk.
///
/// errors: those of the port's describe(); invalid_input when the filter matches nothing;
///         interrupted
Result<Survey> survey_cluster(sample::ClusterPort& port, const RecommendOptions& options,
                              Instant now, Progress& progress, const std::stop_token& stop);

}  // namespace partwise::app
