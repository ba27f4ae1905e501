// The list of commands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace partwise::cli {

using Arguments = std::vector<std::string>;

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string (*help)();
  int (*run)(const Arguments& arguments);  ///< behind the command's name; returns the exit status
};

std::span<const Command> commands();

/// The command of that name, or null.
const Command* find_command(std::string_view name);

/// What `partwise` alone prints.
std::string overview();

}  // namespace partwise::cli
