#include "cli/command_family.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/exit_status.h"
#include "cli/terminal.h"

namespace partwise::cli {

std::string help_of(const CommandFamily& family) {
  auto text = fmt::format("{}\n\nUsage: partwise {} COMMAND [OPTIONS]\n\nCommands:\n", family.about,
                          family.name);
  for (const auto& command : family.commands) {
    text += fmt::format("  {:<12} {}\n", command.name, command.summary);
  }
  return text + fmt::format("\nExamples:\n{}", family.examples);
}

int run(const CommandFamily& family, const Arguments& arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
    fmt::print("{}", help_of(family));
    return arguments.empty() ? bad_usage : done;
  }
  if (arguments.front() == "help") {
    Arguments asked(arguments.begin() + 1, arguments.end());
    asked.emplace_back("--help");
    return run(family, asked);
  }
  const auto& name = arguments.front();
  const auto found = std::find_if(family.commands.begin(), family.commands.end(),
                                  [&](const auto& command) { return command.name == name; });
  if (found != family.commands.end()) return found->run({arguments.begin() + 1, arguments.end()});
  std::vector<std::string> names;
  for (const auto& command : family.commands) names.emplace_back(command.name);
  const auto close = nearest(name, names);
  print_errors({{ErrorKind::invalid_input,
                 fmt::format("no command '{} {}'", family.name, name),
                 fmt::format("partwise {} {}", family.name, close ? *close : "--help"),
                 {}}});
  return bad_usage;
}

}  // namespace partwise::cli
