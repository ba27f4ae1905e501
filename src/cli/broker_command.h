// The command `broker`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string broker_help();
int broker_command(const Arguments& arguments);

}  // namespace partwise::cli
