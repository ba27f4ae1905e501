// `partwise cluster keys`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string cluster_keys_help();
int cluster_keys_command(const Arguments& arguments);

}  // namespace partwise::cli
