// Flags of one command, taken apart.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "config/option.h"

namespace partwise::cli {

struct ParsedLine {
  std::map<std::string, config::Given> flags;  ///< by option name
  bool help = false;
  Errors unknown;  ///< flags and stray words; invalid_input, naming the nearest flag
};

/// --flag VALUE, --flag=VALUE; a boolean flag may stand alone. The last of two wins,
/// or both make a list where the option is repeatable. One word may be a bare option's value.
///
/// errors: invalid_input for a flag without its value
tl::expected<ParsedLine, Errors> parsed_line(config::OptionTable table, const Arguments& arguments);

}  // namespace partwise::cli
