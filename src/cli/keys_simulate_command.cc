#include "cli/keys_simulate_command.h"

#include <unistd.h>

#include <fmt/format.h>

#include "app/keys_options.h"
#include "app/simulate.h"
#include "cli/exit_status.h"
#include "cli/interrupt.h"
#include "cli/keys_output.h"
#include "cli/option_help.h"
#include "cli/progress_lines.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/out_folder.h"

namespace partwise::cli {

std::string keys_simulate_help() {
  return fmt::format(
      "Where would keys go? Ten strategies beside each other, and what chance alone would do.\n\n"
      "Usage: partwise keys simulate [OPTIONS]\n\n"
      "Keys are simulated, or read from a file. Each strategy places them as the client does that "
      "it\n"
      "is named after; the table says how even that is, whether chance explains it, and else why.\n"
      "No cluster is needed or asked.\n\n"
      "Examples:\n"
      "  partwise keys simulate\n"
      "  partwise keys simulate --simulation hot --records 1000000 --partitions 12\n"
      "  partwise keys simulate --simulation zipf --keys 5000 --records 1000000 --strategy "
      "murmur2\n"
      "  partwise keys simulate --simulation none --partitions 1..64 --current-partitions 12\n"
      "  cut -d, -f1 orders.csv | partwise keys simulate --keys-file - --partitions 24 --out "
      "reports\n"
      "{}\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 130 interrupted\n",
      options_help(app::simulate_option_table()));
}

int keys_simulate_command(const Arguments& arguments) {
  const auto settings =
      settings_or_status(app::simulate_option_table(), keys_simulate_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::simulate_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  print_warnings(settings->warnings);
  if (!options->out.empty()) {
    if (const auto folder = report::OutFolder::open(options->out); !folder) {
      print_errors({folder.error()});
      return bad_usage;
    }
  }
  ProgressLines progress(is_terminal(STDERR_FILENO), false);
  const Interrupt interrupt([&progress] { progress.say("stopping"); });
  const auto report = app::simulate_keys(*options, SystemClock(), progress, interrupt.token());
  progress.finish();
  if (!report) {
    print_errors({report.error()});
    return exit_status_of(report.error());
  }
  if (const auto shown =
          show(*report, {options->format, settings->values.text("color"), options->out});
      !shown) {
    print_errors({shown.error()});
    return failed;
  }
  return done;
}

}  // namespace partwise::cli
