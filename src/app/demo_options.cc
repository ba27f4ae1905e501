#include "app/demo_options.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "app/sizing_options.h"
#include "fleet/demo_fleet.h"
#include "fleet/truth.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;

constexpr std::string_view demo_group = "The demo";

constexpr auto demo_rows = std::to_array<Option>({
    {"keep", "", OptionType::boolean, demo_group, "", "False",
     "leave the cluster running, its clock too, until Ctrl-C"},
    {"port", "BROKER_PORT", OptionType::integer, demo_group, "PORT", "0",
     "of the first broker, the others' follow; 0: any free ones", 0, 65'000},
    {"out", "OUT_DIR", OptionType::text, demo_group, "DIR", "partwise-demo",
     "where the report files are written"},
    {"color", "", OptionType::choice, demo_group, "WHEN", "auto",
     "colour in the table: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
    {"verbose", "", OptionType::boolean, demo_group, "", "False",
     "tell on stderr what is done, step by step"},
    {"env_file", "", OptionType::text, demo_group, "FILE", ".env",
     "NAME=value lines, below the environment in rank"},
    {"show_config", "", OptionType::boolean, demo_group, "", "False",
     "print every setting with where it came from, and stop"},
});

constexpr auto table = rows_of(demo_rows, sizing_rows);

}  // namespace

config::OptionTable demo_option_table() { return table; }

EmbeddedSettings demo_cluster(const config::OptionValues& values, Instant now) {
  EmbeddedSettings settings;
  settings.port = static_cast<int>(values.integer("port"));
  settings.now = now;
  settings.fleet = fleet::demo_fleet(now);
  settings.cluster.cluster_id = "demo";
  for (const auto& topic : settings.fleet->topics) {
    settings.cluster.brokers = std::max(settings.cluster.brokers, topic.replication_factor);
  }
  return settings;
}

tl::expected<RecommendOptions, Errors> demo_recommendation(const config::OptionValues& values,
                                                           const std::string& bootstrap_servers) {
  config::OptionSources sources;
  sources.environment = [](std::string_view) { return std::nullopt; };
  for (const auto& row : sizing_rows) {
    const std::string name(row.name);
    if (values.has(name)) sources.flags[name] = values.entry(name);
  }
  sources.flags["out"] = values.entry("out");
  sources.flags["bootstrap_servers"] = {bootstrap_servers, "the demo's cluster"};
  const auto resolved = config::resolve(recommend_option_table(), sources);
  if (!resolved) return tl::unexpected(resolved.error());
  return recommend_options(*resolved);
}

std::map<std::string, int> demo_truth(const EmbeddedCluster& cluster,
                                      const RecommendOptions& options, Instant now) {
  fleet::TruthSettings settings;
  settings.now = now;
  settings.width = options.peak_window;
  settings.sizing = options.sizing;
  fleet::Truth truth(settings);
  std::map<std::string, int> counts;
  for (const auto& topic : cluster.fleet()->topics()) {
    counts[topic.name()] = truth.of(topic).sizing.partitions;
  }
  return counts;
}

}  // namespace partwise::app
