// What `keys simulate` can be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/key_source.h"
#include "base/result.h"
#include "config/option.h"
#include "keys/placement.h"
#include "keys/sweep.h"

namespace partwise::app {

config::OptionTable simulate_option_table();

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

/// errors: invalid_input, all of them together
tl::expected<SimulateOptions, Errors> simulate_options(const config::OptionValues& values);

}  // namespace partwise::app
