#include "cli/keys_verify_command.h"

#include <fmt/format.h>

#include "app/verify.h"
#include "app/verify_options.h"
#include "cli/exit_status.h"
#include "cli/keys_output.h"
#include "cli/option_help.h"
#include "cli/outside_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/out_folder.h"

namespace partwise::cli {
namespace {

// Errors that go beside a report, as those alone would be told.
ExitStatus status_of(const keys::Verification& verification) {
  Errors errors;
  if (verification.error) errors.push_back(*verification.error);
  if (verification.removal) errors.push_back(*verification.removal);
  print_errors(errors);
  if (verification.read_back && !verification.arrivals.proven()) return failed;
  if (verification.error && verification.error->kind == ErrorKind::interrupted) return interrupted;
  if (verification.error && verification.arrivals.acknowledged == 0)
    return exit_status_of(*verification.error);
  const bool left = verification.removal || !verification.keys_left.empty();
  return verification.complete() && !left ? done : done_in_part;
}

}  // namespace

std::string keys_verify_help() {
  return fmt::format(
      "Do keys go where they should? Produce them, read them back, compare.\n\n"
      "Usage: partwise keys verify [OPTIONS]\n\n"
      "Makes a topic with a name of its own, produces simulated keys into it by the chosen client\n"
      "partitioner, waits for every acknowledgement, reads all back and proves that each record "
      "arrived\n"
      "once, in order, where its key belongs. The topic is deleted on every way out, unless --keep "
      "is\n"
      "given. No other topic is touched, but one that --into-existing names: records are added to "
      "it.\n\n"
      "Examples:\n"
      "  partwise keys verify --bootstrap-servers localhost:9092\n"
      "  partwise keys verify --config client.properties --simulation none --records 1000000 "
      "--partitions 24\n"
      "  partwise keys verify --config client.properties --partitioner consistent_random\n"
      "  partwise keys verify --config client.properties --into-existing test.keys --out reports\n"
      "{}\n"
      "Exit status: 0 done and proven, 1 failed or not as it should be, 2 bad usage, 3 not "
      "authorized,\n"
      "4 done in part (records that were not acknowledged; a topic or API key that is left),\n"
      "130 interrupted\n",
      options_help(app::verify_option_table()));
}

int keys_verify_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::verify_option_table(), keys_verify_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::verify_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  if (!options->out.empty()) {
    if (const auto folder = report::OutFolder::open(options->out); !folder) {
      print_errors({folder.error()});
      return bad_usage;
    }
  }
  OutsideRun run(*settings, options->where);
  const auto found = run.visited_or_status();
  if (!found) return found.error();
  const auto report = app::verify_keys(*options, *found, run.outside(), run.progress(), run.stop());
  run.progress().finish();
  if (!report) {
    print_errors({report.error()});
    return exit_status_of(report.error());
  }
  const auto shown = show(*report, {options->format, settings->values.text("color"), options->out});
  const auto status = status_of(*report->verification);
  if (shown) return status;
  print_errors({shown.error()});
  return failed;
}

}  // namespace partwise::cli
