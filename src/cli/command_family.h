// Commands that have commands of their own: `partwise cluster list`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace partwise::cli {

struct CommandFamily {
  std::string_view name;
  std::string_view about;  ///< one sentence
  std::span<const Command> commands;
  std::string_view examples;  ///< lines
};

std::string help_of(const CommandFamily& family);

/// Its command that the first word names, with the other words.
int run(const CommandFamily& family, const Arguments& arguments);

}  // namespace partwise::cli
