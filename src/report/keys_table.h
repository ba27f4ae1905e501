// What `keys` found, for people.
#pragma once

#include <string>

#include "keys/keys_report.h"
#include "report/style.h"

namespace partwise::report {

/// Charts of the partitions with the line of their mean, the table of the strategies, verdicts; a
/// sweep's table; warnings.
std::string table(const keys::KeysReport& report, const Style& style);

}  // namespace partwise::report
