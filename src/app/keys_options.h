// What `keys simulate`, `keys verify` and `keys cleanup` can be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cluster_options.h"
#include "base/result.h"
#include "config/option.h"
#include "keys/key_lines.h"
#include "keys/key_simulation.h"
#include "keys/placement.h"
#include "keys/sweep.h"

namespace partwise::app {

config::OptionTable simulate_option_table();

/// Where keys come from: a simulation, or a file.
struct KeySource {
  keys::SimulationSpec simulation;
  std::string file;  ///< "-": standard input; empty: simulated
  keys::KeyFormat format = keys::KeyFormat::text;
  std::optional<std::int64_t> records;  ///< where it was given
};

struct SimulateOptions {
  KeySource source;
  std::vector<int> partitions;  ///< several: a sweep
  std::vector<keys::Strategy> strategies;
  keys::PlacementRules rules;  ///< but for the partitions
  std::optional<int> current_partitions;
  double target_cv_percent = 20;
  std::string format = "table";
  std::string out;  ///< a folder; empty: no files
  std::vector<std::string> warnings;

  [[nodiscard]] bool is_sweep() const { return partitions.size() > 1; }
};

struct VerifyOptions {
  KeySource source;
  ClusterOptions where;
  int partitions = 10;
  std::optional<int> replication_factor;
  std::string compression = "lz4";
  std::string partitioner = "murmur2_random";
  std::int64_t value_bytes = 0;
  std::string into_existing;  ///< empty: a topic is made
  bool keep = false;
  std::string format = "table";
  std::string out;
  std::vector<std::string> warnings;
};

struct CleanupOptions {
  ClusterOptions where;
  bool yes = false;
  bool all = false;
  std::string format = "table";
};

config::OptionTable verify_option_table();
config::OptionTable cleanup_option_table();
/// errors: invalid_input, all of them together
tl::expected<VerifyOptions, Errors> verify_options(const config::OptionValues& values);
tl::expected<CleanupOptions, Errors> cleanup_options(const config::OptionValues& values);

/// errors: invalid_input, all of them together
tl::expected<SimulateOptions, Errors> simulate_options(const config::OptionValues& values);

}  // namespace partwise::app
