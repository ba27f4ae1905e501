// What the sketches of a scan say of its topic's keys.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "app/scan_options.h"
#include "keys/keys_report.h"

namespace partwise::app {

/// Fills the report, whose scan has what was read: where the records lie, who placed the keys,
/// which fields would do better, what other strategies and counts of partitions would do. A stop
/// leaves the last of these out, and says so. `tell` hears what is being done.
void judge_scan(keys::KeysReport& report, const ScanOptions& options,
                const std::function<void(const std::string&)>& tell, const std::stop_token& stop);

}  // namespace partwise::app
