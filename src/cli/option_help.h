// Help text made from an option table.
#pragma once

#include <string>

#include "config/option.h"

namespace partwise::cli {

/// Options by group: flag, value, what it does, variable and default.
std::string options_help(config::OptionTable table);

}  // namespace partwise::cli
