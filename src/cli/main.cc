// The program: finds the command and runs it.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
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

int lost_output(const std::error_code& why) {
  // Whoever has read enough, such as head, needs no word of it.
  if (why == std::errc::broken_pipe) return failed;
  print_errors({{ErrorKind::unavailable,
                 fmt::format("cannot write to standard output: {}", why.message()),
                 {},
                 {}}});
  return failed;
}

// What was printed may still be in a buffer: only here can it be known that all of it arrived.
int run_and_flush(const Arguments& arguments) {
  try {
    const int status = run(arguments);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) == 0) throw;
    return lost_output(error.code());
  }
  return lost_output({errno, std::generic_category()});
}

// A core holds every secret. A limit of its size does not hold where cores are piped to a program.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

// A reader that leaves, or a limit of files' sizes, would end the program before it has cleaned up:
// writing fails then, which is seen.
void outlive_lost_output() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace
}  // namespace partwise::cli

int main(int argc, char** argv) {
  partwise::cli::forbid_core_dumps();
  partwise::cli::outlive_lost_output();
  try {
    return partwise::cli::run_and_flush({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    // Only memory and the like: expected trouble comes as a Result. Where standard error is what
    // cannot be written to, fmt::print would throw again.
    std::fprintf(stderr, "error: %s\n", error.what());
    return partwise::cli::failed;
  }
}
