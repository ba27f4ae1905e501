#include "cli/cluster_keys_command.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "app/left_keys.h"
#include "base/text.h"
#include "base/units.h"
#include "cli/exit_status.h"
#include "cli/option_help.h"
#include "cli/outside_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/grid.h"

namespace partwise::cli {
namespace {

using app::KeysOptions;
using app::LeftKey;

std::string state_of(const LeftKey& left, const KeysOptions& options) {
  if (left.deleted) return "deleted";
  if (left.error) return "not deleted: " + left.error->message;
  if (!left.in_use.empty() && !options.all) return "may be in use: " + left.in_use;
  return options.prune ? "would be deleted" : "left over";
}

// So that the line that deletes does so with those keys that were shown.
std::string filters_of(const KeysOptions& options) {
  const auto& where = options.where;
  std::string text;
  if (!where.cloud.environments.empty()) {
    text += " --environment-filter " + joined(where.cloud.environments, ",");
  }
  if (!where.filter.empty()) text += " --kafka-cluster-filter " + joined(where.filter, ",");
  if (!where.cloud.principal.empty()) text += " --principal-id " + where.cloud.principal;
  return text;
}

void print_table(const std::vector<LeftKey>& keys, const KeysOptions& options,
                 const std::string& color) {
  if (keys.empty()) {
    fmt::print("No API key that partwise made is there.\n");
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& left : keys) {
    rows.push_back({left.key.id, left.key.cluster, left.key.owner, left.key.created_at,
                    left.note ? left.note->host : "?", state_of(left, options)});
  }
  fmt::print("{}", report::grid({{"API KEY"}, {"CLUSTER"}, {"OWNER"}, {"MADE"}, {"ON"}, {""}}, rows,
                                style_for(color)));
  const auto left_over = std::count_if(keys.begin(), keys.end(), [&](const auto& left) {
    return !left.deleted && (left.in_use.empty() || options.all);
  });
  if (left_over > 0 && !options.yes) {
    fmt::print("\n  Delete {}: partwise cluster keys --prune --yes{}{}\n",
               counted_text(left_over, "key"), options.all ? " --all" : "", filters_of(options));
  }
}

int status_of(const std::vector<LeftKey>& keys) {
  const auto failures = std::count_if(keys.begin(), keys.end(),
                                      [](const auto& left) { return left.error.has_value(); });
  if (failures == 0) return done;
  const bool some =
      std::any_of(keys.begin(), keys.end(), [](const auto& left) { return left.deleted; });
  if (some) return done_in_part;
  const auto first = std::find_if(keys.begin(), keys.end(),
                                  [](const auto& left) { return left.error.has_value(); });
  return exit_status_of(*first->error);
}

}  // namespace

std::string cluster_keys_help() {
  return fmt::format(
      "Which API keys of Confluent Cloud have runs of partwise left behind?\n\n"
      "Usage: partwise cluster keys [--prune [--yes]] [OPTIONS]\n\n"
      "A run deletes the keys that it made, however it ends; one that was killed cannot. Those "
      "keys\n"
      "are known by their display name, \"partwise-temporary ...\", and by a note in their "
      "description.\n\n"
      "Examples:\n"
      "  partwise cluster keys\n"
      "  partwise cluster keys --prune\n"
      "  partwise cluster keys --prune --yes\n"
      "{}\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::keys_option_table()));
}

int cluster_keys_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::keys_option_table(), cluster_keys_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::keys_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  OutsideRun run(*settings, options->where);
  const auto keys = app::left_keys(*options, run.outside(), run.stop());
  run.progress().finish();
  if (!keys) {
    print_errors({keys.error()});
    return exit_status_of(keys.error());
  }
  if (options->format == "json") {
    fmt::print("{}", app::to_json(*keys));
  } else {
    print_table(*keys, *options, settings->values.text("color"));
  }
  for (const auto& left : *keys) {
    if (left.error) print_errors({*left.error});
  }
  return run.stop().stop_requested() ? interrupted : status_of(*keys);
}

}  // namespace partwise::cli
