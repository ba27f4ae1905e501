// The command `demo`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string demo_help();
int demo_command(const Arguments& arguments);

}  // namespace partwise::cli
