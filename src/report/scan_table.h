// What `keys scan` found, for people.
#pragma once

#include <string>

#include "keys/scan_report.h"
#include "report/style.h"

namespace partwise::report {

/// What was read, the heaviest keys, keys in several partitions, who placed the keys, and which
/// fields of the values would be keys.
std::string table(const keys::ScanReport& scan, const Style& style);

}  // namespace partwise::report
