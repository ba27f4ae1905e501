#include "app/keys_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "app/found_errors.h"
#include "app/partition_counts.h"
#include "app/sizing_options.h"
#include "app/strategy_list.h"
#include "base/text.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;
using keys::Strategy;

constexpr std::string_view placement_group = "Placement";
constexpr std::string_view sweep_group = "Several partition counts";

constexpr auto placement_rows = std::to_array<Option>({
    {"partitions", "PARTITIONS", OptionType::text, placement_group, "N", "10",
     "1 to 10,000; a list (6,12,24) or range (1..512) sweeps over the counts"},
    config::repeatable(
        {"strategy", "", OptionType::text, placement_group, "LIST", "",
         "all when not given: murmur2 (Java), crc32 (librdkafka), fnv1a, murmur3, round_robin, "
         "sticky_batches (KIP-480), sticky_bytes (KIP-794), range, salted, two_choices"}),
    {"value_size", "", OptionType::bytes, placement_group, "SIZE", "100B",
     "of each record's value, for bytes per partition", 0, 1 << 30},
    {"salt_ways", "", OptionType::integer, placement_group, "N", "8",
     "salted: numbers behind a hot key, one that has more than 1 / (5 x partitions) of the records",
     1, 1000},
    {"batch_records", "", OptionType::integer, placement_group, "N", "100",
     "sticky_batches: records that stay on one partition", 1, 1e9},
    {"batch_size", "", OptionType::bytes, placement_group, "SIZE", "16384",
     "sticky_bytes: bytes that stay on one partition, as the Java client's batch.size", 1, 1 << 30},
    {"seed", "", OptionType::integer, placement_group, "N", "1",
     "of the partitions that sticky strategies draw", 0, 1e15},
});

constexpr auto sweep_rows = std::to_array<Option>({
    {"current_partitions", "", OptionType::integer, sweep_group, "N", "",
     "the count now: what share of the keys another one moves", 1, partitions_max},
    {"target_cv", "", OptionType::number, sweep_group, "PERCENT", "20",
     "counts whose coefficient of variation is below it are within the target", 0, 1e6},
});

constexpr auto env_file_rows = std::to_array<Option>({
    {"env_file", "", OptionType::text, keys_output_group, "FILE", ".env",
     "NAME=value lines, below the environment in rank"},
});

constexpr auto simulate_table =
    rows_of(key_source_rows, placement_rows, sweep_rows, keys_output_rows, env_file_rows);

class SimulateReader {
 public:
  explicit SimulateReader(const OptionValues& values) : values_(values) {}

  tl::expected<SimulateOptions, Errors> read() && {
    options_.source = key_source(values_, found_, options_.warnings);
    read_placement();
    options_.target_cv_percent = values_.number("target_cv");
    if (values_.has("current_partitions")) {
      options_.current_partitions = static_cast<int>(values_.integer("current_partitions"));
    }
    options_.format = lowered(values_.text("format"));
    options_.out = values_.text("out");
    check_sweep();
    note_unused();
    return std::move(found_).unless_any(std::move(options_));
  }

 private:
  void read_placement() {
    auto counts = partition_counts_from_text(values_.text("partitions"));
    if (counts) {
      options_.partitions = std::move(*counts);
    } else {
      found_.wrong(counts.error().message, counts.error().hint, values_.entry("partitions").from);
    }
    auto& rules = options_.rules;
    rules.value_bytes = values_.bytes("value_size");
    rules.salt_ways = static_cast<int>(values_.integer("salt_ways"));
    rules.batch_records = values_.integer("batch_records");
    rules.batch_bytes = values_.bytes("batch_size");
    rules.seed = static_cast<std::uint64_t>(values_.integer("seed"));
    read_strategies();
  }

  void read_strategies() {
    auto& strategies = options_.strategies;
    strategies = strategies_from(values_, found_);
    if (!strategies.empty() || !found_.empty()) return;
    strategies.assign(keys::all_strategies.begin(), keys::all_strategies.end());
    if (options_.is_sweep())
      std::erase_if(strategies, [](Strategy each) { return !is_keyed(each); });
  }

  void check_sweep() {
    const auto& all = options_.strategies;
    if (!options_.is_sweep() || options_.current_partitions || all.empty()) return;
    if (std::any_of(all.begin(), all.end(), keys::is_keyed)) return;
    found_.wrong("a sweep over partition counts is of strategies that look at a key",
                 "murmur2, crc32, fnv1a, murmur3, range, salted, two_choices; or one count",
                 "--strategy");
  }

  // What was typed for this run and says nothing in it.
  void note_unused() {
    const auto unused = [&](std::string_view name, bool used, std::string_view why) {
      note_if_unused(values_, name, used, why, options_.warnings);
    };
    unused("target_cv", options_.is_sweep(), "--partitions is one count");
    unused("current_partitions", options_.is_sweep(), "--partitions is one count");
    const bool places = !options_.is_sweep() || options_.current_partitions;
    unused("value_size", places, "a sweep is of records");
    const auto asked = [&](Strategy strategy) {
      const auto& all = options_.strategies;
      return std::find(all.begin(), all.end(), strategy) != all.end();
    };
    unused("salt_ways", asked(Strategy::salted), "salted is not among the strategies");
    unused("batch_records", places && asked(Strategy::sticky_batches),
           "sticky_batches is not looked at");
    for (const auto strategy : options_.strategies) {
      if (!options_.is_sweep() || is_keyed(strategy)) continue;
      options_.warnings.push_back(
          fmt::format("{} looks at no key: it is left out of the sweep", keys::name_of(strategy)));
    }
  }

  const OptionValues& values_;
  SimulateOptions options_;
  FoundErrors found_;
};

}  // namespace

config::OptionTable simulate_option_table() { return simulate_table; }
tl::expected<SimulateOptions, Errors> simulate_options(const OptionValues& values) {
  return SimulateReader(values).read();
}

}  // namespace partwise::app
