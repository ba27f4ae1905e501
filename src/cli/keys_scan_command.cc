#include "cli/keys_scan_command.h"

#include <fmt/format.h>

#include "app/scan.h"
#include "app/scan_options.h"
#include "cli/exit_status.h"
#include "cli/keys_output.h"
#include "cli/option_help.h"
#include "cli/outside_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/out_folder.h"

namespace partwise::cli {
namespace {

ExitStatus status_of(const keys::ScanReport& scan) {
  Errors errors;
  if (scan.error) errors.push_back(*scan.error);
  for (const auto& stretch : scan.stretches) {
    if (stretch.error) errors.push_back(*stretch.error);
  }
  print_errors(errors);
  if (scan.error && scan.error->kind == ErrorKind::interrupted) return interrupted;
  if (!errors.empty() && scan.summary.total().records == 0) return exit_status_of(errors.front());
  return errors.empty() && scan.keys_left.empty() ? done : done_in_part;
}

}  // namespace

std::string keys_scan_help() {
  return fmt::format(
      "What keys does a topic have, who placed them, and what would be better?\n\n"
      "Usage: partwise keys scan TOPIC [OPTIONS]\n\n"
      "Reads a topic, or a stretch or random part of it, in bounded memory: records by partition, "
      "how\n"
      "many distinct keys, the heaviest keys with guaranteed bounds and over time, keys that are "
      "in more\n"
      "than one partition, which client's partitioner explains where keys are, and how the same "
      "keys\n"
      "would lie by other strategies and partition counts. It reads only: no group, no commit. "
      "With\n"
      "--group, several processes share the reading: they make that consumer group, in which "
      "nothing is\n"
      "committed, and a topic partwise-keys-..., and remove both; one of them prints the whole.\n\n"
      "Examples:\n"
      "  partwise keys scan orders --bootstrap-servers localhost:9092\n"
      "  partwise keys scan orders --config client.properties --from 6h --show-keys\n"
      "  partwise keys scan orders --config client.properties --fraction 0.01 --partitions 6..48\n"
      "  partwise keys scan orders --config client.properties --out reports --format json\n"
      "  partwise keys scan orders --config client.properties --group nightly --group-size 3\n"
      "{}\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::scan_option_table()));
}

int keys_scan_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::scan_option_table(), keys_scan_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::scan_options(settings->values, SystemClock().now());
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
  const auto end = app::scan_keys(*options, *found, run.outside(), run.progress(), run.stop());
  run.progress().finish();
  if (!end) {
    print_errors({end.error()});
    return exit_status_of(end.error());
  }
  if (!end->report) {
    tell(fmt::format("done: {} prints the whole\n", end->reported_by));
    print_warnings(end->keys_left);
    return end->keys_left.empty() ? done : done_in_part;
  }
  const auto shown =
      show(*end->report, {options->format, settings->values.text("color"), options->out});
  const auto status = status_of(*end->report->scan);
  if (shown) return status;
  print_errors({shown.error()});
  return failed;
}

}  // namespace partwise::cli
