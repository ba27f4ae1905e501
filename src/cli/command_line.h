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
};

/// --flag VALUE, --flag=VALUE; a boolean flag may stand alone. The last of two wins.
///
/// errors: invalid_input for an unknown flag, naming the nearest, and for a stray word
tl::expected<ParsedLine, Errors> parsed_line(config::OptionTable table, const Arguments& arguments);

}  // namespace partwise::cli
