// `partwise keys`: simulate, verify, scan, cleanup.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string keys_help();
int keys_command(const Arguments& arguments);

}  // namespace partwise::cli
