#include "cli/keys_cleanup_command.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/run_topics.h"
#include "app/verify_options.h"
#include "base/units.h"
#include "cli/exit_status.h"
#include "cli/option_help.h"
#include "cli/outside_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"

namespace partwise::cli {
namespace {

std::string fate_of(const app::LeftTopic& topic, const app::CleanupOptions& options) {
  if (topic.deleted) return "deleted";
  if (options.yes && (!topic.in_use || options.all)) return "NOT deleted";
  return topic.in_use && !options.all ? "its run may still go on (--all)"
                                      : "would be deleted (--yes)";
}

void print_table(const app::LeftTopics& left, const app::CleanupOptions& options) {
  if (left.topics.empty()) {
    fmt::print("no topic of a run of `partwise keys` is left on {}\n", left.cluster);
    return;
  }
  for (const auto& topic : left.topics) {
    fmt::print("  {}  began {}  {}\n", topic.name, utc_text(topic.started),
               fate_of(topic, options));
  }
}

}  // namespace

std::string keys_cleanup_help() {
  return fmt::format(
      "Topics that ended runs of `partwise keys verify` and `partwise keys scan --group` have "
      "left, and\n"
      "deleting them.\n\n"
      "Usage: partwise keys cleanup [--yes] [OPTIONS]\n\n"
      "Lists the topics with names as partwise-keys-20260304T050607Z-1a2b3c4d. --yes deletes those "
      "whose\n"
      "run began more than a day ago, --yes --all the others, too. No other topic is touched.\n\n"
      "Examples:\n"
      "  partwise keys cleanup --bootstrap-servers localhost:9092\n"
      "  partwise keys cleanup --bootstrap-servers localhost:9092 --yes\n"
      "{}\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::cleanup_option_table()));
}

int keys_cleanup_command(const Arguments& arguments) {
  const auto settings =
      settings_or_status(app::cleanup_option_table(), keys_cleanup_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::cleanup_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  OutsideRun run(*settings, options->where);
  const auto found = run.visited_or_status();
  if (!found) return found.error();
  const auto left = app::left_topics(*options, *found, run.outside(), run.progress(), run.stop());
  run.progress().finish();
  if (!left) {
    print_errors({left.error()});
    return exit_status_of(left.error());
  }
  if (options->format == "json") {
    fmt::print("{}", app::to_json(*left));
  } else {
    print_table(*left, *options);
  }
  if (run.stop().stop_requested()) return interrupted;
  if (!left->error) return left->keys_left.empty() ? done : done_in_part;
  print_errors({*left->error});
  const bool any = std::any_of(left->topics.begin(), left->topics.end(),
                               [](const auto& topic) { return topic.deleted; });
  return any ? done_in_part : exit_status_of(*left->error);
}

}  // namespace partwise::cli
