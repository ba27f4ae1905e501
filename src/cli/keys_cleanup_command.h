// `partwise keys cleanup`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string keys_cleanup_help();
int keys_cleanup_command(const Arguments& arguments);

}  // namespace partwise::cli
