// `partwise keys scan`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string keys_scan_help();
int keys_scan_command(const Arguments& arguments);

}  // namespace partwise::cli
