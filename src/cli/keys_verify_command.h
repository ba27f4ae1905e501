// `partwise keys verify`.
#pragma once

#include <string>

#include "cli/command.h"

namespace partwise::cli {

std::string keys_verify_help();
int keys_verify_command(const Arguments& arguments);

}  // namespace partwise::cli
