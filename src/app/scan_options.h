// What `keys scan` can be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cluster_options.h"
#include "app/topic_stretch.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/option.h"
#include "keys/strategy.h"

namespace partwise::app {

config::OptionTable scan_option_table();

/// Processes that share a scan.
struct SharedScanOptions {
  std::string group;  ///< the consumer group that they join
  int size = 0;
  Millis wait{0};  ///< for all of them to come
};

struct ScanOptions {
  ClusterOptions where;
  std::string topic;
  StretchBounds bounds;
  std::string from_text;  ///< as they were given
  std::string to_text;
  double fraction = 1;
  std::int64_t memory = 0;  ///< bytes for all sketches
  bool show_keys = false;
  std::vector<int> partitions;  ///< what-if; empty: as many as now
  std::vector<keys::Strategy> strategies;
  int salt_ways = 8;
  double target_cv_percent = 20;
  std::uint64_t seed = 1;
  std::string format = "table";
  std::string out;
  std::optional<SharedScanOptions> shared;
  std::vector<std::string> warnings;
};

/// errors: invalid_input, all of them together
tl::expected<ScanOptions, Errors> scan_options(const config::OptionValues& values, Instant now);

}  // namespace partwise::app
