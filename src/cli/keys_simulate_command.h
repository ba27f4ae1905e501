// `partwise keys simulate`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string keys_simulate_help();
int keys_simulate_command(const Arguments& arguments);

}  // namespace partwise::cli
