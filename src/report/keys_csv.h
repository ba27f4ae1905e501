// What `keys` found, as CSV.
#pragma once

#include <string>

#include "keys/keys_report.h"

namespace partwise::report {

/// A line for each strategy, with the columns of the existing analyser's table first.
std::string strategies_csv(const keys::KeysReport& report);

/// A line for each strategy and partition.
std::string partitions_csv(const keys::KeysReport& report);

/// A line for each strategy and partition count of the sweep; the heading alone without one.
std::string sweep_csv(const keys::KeysReport& report);

}  // namespace partwise::report
