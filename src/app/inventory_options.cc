#include "app/inventory_options.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "app/found_errors.h"
#include "app/sizing_options.h"
#include "base/text.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;

constexpr std::string_view output = "Output";

constexpr auto output_rows = std::to_array<Option>({
    {"format", "FORMAT", OptionType::choice, output, "FORMAT", "table",
     "a table for people, or JSON", 0, 0, "table|json"},
    {"show_config", "", OptionType::boolean, output, "", "False",
     "print every setting with where it came from, and stop"},
    {"verbose", "", OptionType::boolean, output, "", "False",
     "tell on stderr what is done, step by step"},
    {"color", "", OptionType::choice, output, "WHEN", "auto",
     "colour in the table: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
});

constexpr auto partition_rows = std::to_array<Option>({
    {"partitions", "", OptionType::boolean, topic_group, "", "False",
     "also a line for every partition, not only for those in trouble"},
});

constexpr std::string_view keys_group = "Left API keys";

constexpr auto prune_rows = std::to_array<Option>({
    {"prune", "", OptionType::boolean, keys_group, "", "False",
     "delete the keys that ended runs have left; without --yes, say only which"},
    {"yes", "", OptionType::boolean, keys_group, "", "False", "carry --prune out"},
    {"all", "", OptionType::boolean, keys_group, "", "False",
     "prune also keys whose run may still go on: on this machine, or elsewhere for less than a "
     "day, or that have a name like partwise's and another description"},
});

constexpr auto list_table = rows_of(cluster_rows, output_rows);
constexpr auto describe_table = rows_of(cluster_rows, topic_rows, partition_rows, output_rows);
constexpr auto keys_table = rows_of(prune_rows, cluster_rows, output_rows);

}  // namespace

config::OptionTable list_option_table() { return list_table; }
config::OptionTable describe_option_table() { return describe_table; }
config::OptionTable keys_option_table() { return keys_table; }

tl::expected<ListOptions, Errors> list_options(const OptionValues& values) {
  FoundErrors found;
  ListOptions options;
  options.where = listing_options(values, found);
  options.format = lowered(values.text("format"));
  return std::move(found).unless_any(std::move(options));
}

tl::expected<DescribeOptions, Errors> describe_options(const OptionValues& values) {
  FoundErrors found;
  DescribeOptions options;
  options.where = cluster_options(values, found);
  options.topics = topic_choice(values, found);
  options.partitions = values.boolean("partitions");
  options.format = lowered(values.text("format"));
  return std::move(found).unless_any(std::move(options));
}

tl::expected<KeysOptions, Errors> keys_options(const OptionValues& values) {
  FoundErrors found;
  KeysOptions options;
  options.where = cloud_options(values, found);
  options.prune = values.boolean("prune");
  options.yes = values.boolean("yes");
  options.all = values.boolean("all");
  options.format = lowered(values.text("format"));
  for (const auto* name : {"yes", "all"}) {
    if (!values.boolean(name) || options.prune) continue;
    found.wrong(fmt::format("--{} says nothing without --prune", name), "--prune --yes deletes",
                values.entry(name).from);
  }
  return std::move(found).unless_any(std::move(options));
}

}  // namespace partwise::app
