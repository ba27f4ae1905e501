#include "cli/command.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/version.h"
#include "cli/broker_command.h"
#include "cli/cluster_command.h"
#include "cli/demo_command.h"
#include "cli/exit_status.h"
#include "cli/keys_command.h"
#include "cli/recommend_command.h"
#include "cli/terminal.h"

namespace partwise::cli {
namespace {

std::string help_help() { return "Usage: partwise help [COMMAND]\n"; }

int help_command(const Arguments& arguments) {
  if (arguments.empty()) {
    fmt::print("{}", overview());
    return done;
  }
  const auto* command = find_command(arguments.front());
  if (command == nullptr) {
    print_errors({{ErrorKind::invalid_input,
                   fmt::format("no command '{}'", arguments.front()),
                   "partwise help",
                   {}}});
    return bad_usage;
  }
  if (arguments.size() > 1) {  // help cluster keys
    Arguments below(arguments.begin() + 1, arguments.end());
    below.emplace_back("--help");
    return command->run(below);
  }
  fmt::print("{}", command->help());
  return done;
}

constexpr std::array<Command, 6> list = {{
    {"recommend", "partition counts for every topic, from measured demand", recommend_help,
     recommend_command},
    {"keys", "how keys spread over partitions, and whether that is chance", keys_help,
     keys_command},
    {"cluster", "what clusters there are, and what is in them", cluster_help, cluster_command},
    {"demo", "see it work: a cluster of virtual topics, and recommend on it", demo_help,
     demo_command},
    {"broker", "a small Kafka-compatible cluster, with virtual topics of any size", broker_help,
     broker_command},
    {"help", "what a command does and how it is told", help_help, help_command},
}};

}  // namespace

std::span<const Command> commands() { return list; }

const Command* find_command(std::string_view name) {
  const auto* const found = std::find_if(
      list.begin(), list.end(), [name](const auto& command) { return command.name == name; });
  return found == list.end() ? nullptr : found;
}

std::string overview() {
  auto text = fmt::format(
      "partwise {}: capacity of Kafka clusters, measured.\n\nUsage: partwise COMMAND [OPTIONS]\n\n"
      "Commands:\n",
      app::version);
  for (const auto& command : list)
    text += fmt::format("  {:<12} {}\n", command.name, command.summary);
  return text +
         "\nExamples:\n"
         "  partwise demo\n"
         "  partwise recommend --bootstrap-servers localhost:9092\n"
         "  partwise recommend --config client.properties --explain orders\n"
         "  partwise keys simulate --simulation hot --partitions 12\n"
         "  partwise cluster describe --bootstrap-servers localhost:9092\n"
         "  partwise recommend --help\n\n"
         "More: README.md, docs/recommend.md, docs/keys.md, docs/cluster.md, docs/broker.md, "
         "docs/model.md\n";
}

}  // namespace partwise::cli
