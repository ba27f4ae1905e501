// The program: finds the command and runs it.
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/version.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_status.h"
#include "cli/terminal.h"
#include "kafka/version.h"

namespace partwise::cli {
namespace {

int run(const Arguments& arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
    fmt::print("{}", overview());
    return done;
  }
  if (arguments.front() == "--version" || arguments.front() == "-V") {
    fmt::print("partwise {} (librdkafka {})\n", app::version, kafka::library_version());
    return done;
  }
  if (const auto* command = find_command(arguments.front())) {
    return command->run({arguments.begin() + 1, arguments.end()});
  }
  std::vector<std::string> names;
  for (const auto& command : commands()) names.emplace_back(command.name);
  const auto close = nearest(arguments.front(), names);
  print_errors({{ErrorKind::invalid_input,
                 fmt::format("unknown command '{}'", arguments.front()),
                 close ? "partwise " + *close : "partwise help",
                 {}}});
  return bad_usage;
}

}  // namespace
}  // namespace partwise::cli

int main(int argc, char** argv) {
  try {
    return partwise::cli::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    // Only memory and the like: expected trouble comes as a Result.
    fmt::print(stderr, "error: {}\n", error.what());
    return partwise::cli::failed;
  }
}
