// `partwise cluster`: list, describe, keys.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string cluster_help();
int cluster_command(const Arguments& arguments);

}  // namespace partwise::cli
