#include "cli/cluster_command.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "app/inventory.h"
#include "app/inventory_options.h"
#include "base/text.h"
#include "cli/cluster_keys_command.h"
#include "cli/command_family.h"
#include "cli/exit_status.h"
#include "cli/option_help.h"
#include "cli/outside_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/inventory_table.h"

namespace partwise::cli {
namespace {

// ---- list ----

std::string list_help() {
  return fmt::format(
      "Which clusters would be visited, and where do they come from?\n\n"
      "Usage: partwise cluster list [OPTIONS]\n\n"
      "With an API key of Confluent Cloud: its environments and clusters, with type, place and\n"
      "endpoints. Else the clusters that the settings name. No cluster is asked, no key is "
      "made.\n\n"
      "Examples:\n"
      "  partwise cluster list\n"
      "  partwise cluster list --environment-filter env-abc123 --format json\n"
      "{}\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::list_option_table()));
}

int print_list(const app::FoundClusters& found, const app::ListOptions& options,
               const std::string& color) {
  fmt::print("{}", options.format == "json" ? inventory::to_json(found.list)
                                            : report::table(found.list, style_for(color)));
  if (found.list.failures.empty()) return done;
  return found.list.clusters.empty() ? exit_status_of(found.list.failures.front().error)
                                     : done_in_part;
}

int list_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::list_option_table(), list_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::list_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  OutsideRun run(*settings, options->where);
  const auto found = run.clusters_or_status();
  if (!found) return found.error();
  run.progress().finish();
  return print_list(*found, *options, settings->values.text("color"));
}

// ---- describe ----

std::string describe_help() {
  return fmt::format(
      "What is in a cluster: brokers, topics, replicas, and what is wrong with them?\n\n"
      "Usage: partwise cluster describe [OPTIONS]\n\n"
      "Brokers with racks and controller, topics with partitions, replication and size on disk, "
      "and "
      "a\n"
      "line for each partition that lacks a copy or a leader. It reads only.\n\n"
      "Examples:\n"
      "  partwise cluster describe --bootstrap-servers localhost:9092\n"
      "  partwise cluster describe --config client.properties --topic-filter orders --partitions\n"
      "  partwise cluster describe --config client.properties --format json | jq "
      "'.clusters[].totals'\n"
      "{}\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::describe_option_table()));
}

ExitStatus status_of(const std::vector<inventory::DescribedCluster>& clusters) {
  std::vector<ClusterEnd> ends;
  for (const auto& [id, servers, layout] : clusters) {
    if (!layout) {
      ends.push_back({exit_status_of(layout.error())});
    } else {
      ends.push_back({done, inventory::totals(*layout).failed_topics > 0});
    }
  }
  return exit_status_of(ends);
}

void print_descriptions(const app::Descriptions& described, const app::DescribeOptions& options,
                        const std::string& color) {
  const auto& clusters = described.clusters;
  if (options.format == "json") {
    fmt::print("{}", inventory::to_json(clusters, described.keys_left));
  } else {
    for (const auto& cluster : clusters) {
      if (!cluster.layout) continue;
      fmt::print("{}{}", &cluster == &clusters.front() ? "" : "\n",
                 report::table(*cluster.layout, options.partitions, style_for(color)));
    }
  }
  for (const auto& cluster : clusters) {
    if (cluster.layout) continue;
    print_errors({error_of_cluster(cluster.layout.error(), cluster.cluster_id,
                                   cluster.bootstrap_servers, clusters.size() > 1)});
  }
}

int describe_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::describe_option_table(), describe_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::describe_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  OutsideRun run(*settings, options->where);
  const auto found = run.visited_or_status();
  if (!found) return found.error();
  const auto described =
      app::describe_clusters(*options, *found, run.outside(), run.progress(), run.stop());
  run.progress().finish();
  print_descriptions(described, *options, settings->values.text("color"));
  const int status = status_of(described.clusters);
  return status == done && !described.keys_left.empty() ? done_in_part : status;
}

// ---- which of them ----

constexpr std::array<Command, 3> list = {{
    {"list", "environments and clusters, and where each comes from", list_help, list_command},
    {"describe", "brokers, topics, partitions, replicas, sizes", describe_help, describe_command},
    {"keys", "API keys that ended runs have left, and deleting them", cluster_keys_help,
     cluster_keys_command},
}};

constexpr CommandFamily family = {"cluster", "What clusters there are, and what is in them.", list,
                                  "  partwise cluster list\n"
                                  "  partwise cluster describe --bootstrap-servers localhost:9092\n"
                                  "  partwise cluster keys --prune\n"
                                  "  partwise cluster describe --help\n"};

}  // namespace

std::string cluster_help() { return help_of(family); }

int cluster_command(const Arguments& arguments) { return run(family, arguments); }

}  // namespace partwise::cli
