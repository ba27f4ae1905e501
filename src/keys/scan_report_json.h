// The parts of a keys report that a scan fills.
#pragma once

#include <nlohmann/json.hpp>

#include "keys/scan_report.h"

namespace partwise::keys {

nlohmann::ordered_json scan_json(const ScanReport& scan);
/// Null where no record had a time.
nlohmann::ordered_json heat_json(const ScanReport& scan);

}  // namespace partwise::keys
