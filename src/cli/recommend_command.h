// `partwise recommend`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string recommend_help();
int recommend_command(const Arguments& arguments);

}  // namespace partwise::cli
