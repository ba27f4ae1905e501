#include "app/keys_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "app/found_errors.h"
#include "app/partition_counts.h"
#include "app/sizing_options.h"
#include "base/text.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;
using keys::Simulation;
using keys::Strategy;

constexpr std::string_view keys_group = "Keys";
constexpr std::string_view placement_group = "Placement";
constexpr std::string_view sweep_group = "Several partition counts";
constexpr std::string_view output_group = "Output";

constexpr auto key_rows = std::to_array<Option>({
    {"key_pattern", "KEY_PATTERN", OptionType::text, keys_group, "LIST", "tenant_id-,user_id-",
     "what keys begin with: record id takes pattern id % n, and a number behind it"},
    {"simulation", "KEY_SIMULATION", OptionType::choice, keys_group, "NAME", "typical",
     "the number: typical: id % 100, less: id % 1000, more: id % 10, none: id, uniform: id % "
     "--keys; "
     "zipf and shares: by weight; hot: 80 % of the records have one key",
     0, 0, "typical|less|more|none|hot|uniform|zipf|shares"},
    {"records", "RECORDS", OptionType::integer, keys_group, "N", "1000",
     "records to place; from a file: its lines, shared out to so many where given",
     static_cast<double>(keys::simulated_records_min),
     static_cast<double>(keys::simulated_records_max)},
    {"keys", "", OptionType::integer, keys_group, "N", "1000",
     "distinct keys of uniform and zipf; with shares those that are not named", 0,
     static_cast<double>(keys::keys_max)},
    {"zipf_exponent", "", OptionType::number, keys_group, "X", "1",
     "zipf: the i-th key weighs 1 / i^X", 0, keys::zipf_exponent_max},
    {"shares", "", OptionType::text, keys_group, "LIST", "",
     "shares: of the records, as acme=40%,globex=0.1; --keys others have the rest evenly"},
    {"keys_file", "", OptionType::text, keys_group, "FILE", "",
     "keys to place instead, a line each; - is standard input"},
    {"keys_format", "", OptionType::choice, keys_group, "FORMAT", "text",
     "of the file: text, hex, or csv with key,weight; \\N is a record without a key", 0, 0,
     "text|hex|csv"},
});

constexpr auto placement_rows = std::to_array<Option>({
    {"partitions", "PARTITIONS", OptionType::text, placement_group, "N", "10",
     "1 to 10,000; a list (6,12,24) or range (1..512) sweeps over the counts"},
    {"strategy",
     "",
     OptionType::text,
     placement_group,
     "LIST",
     "",
     "all when not given: murmur2 (Java), crc32 (librdkafka), fnv1a, murmur3, round_robin, "
     "sticky_batches (KIP-480), sticky_bytes (KIP-794), range, salted, two_choices",
     0,
     0,
     {},
     false,
     {},
     true},
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

constexpr auto output_rows = std::to_array<Option>({
    {"format", "FORMAT", OptionType::choice, output_group, "FORMAT", "table",
     "charts and a table for people, CSV or JSON", 0, 0, "table|csv|json"},
    {"out", "OUT_DIR", OptionType::text, output_group, "DIR", "",
     "write the report files there: CSV, JSON and a page"},
    {"show_config", "", OptionType::boolean, output_group, "", "False",
     "print every setting with where it came from, and stop"},
    {"color", "", OptionType::choice, output_group, "WHEN", "auto",
     "colour: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
});

constexpr auto env_file_rows = std::to_array<Option>({
    {"env_file", "", OptionType::text, output_group, "FILE", ".env",
     "NAME=value lines, below the environment in rank"},
});

constexpr std::string_view topic_group = "The topic";

constexpr auto verify_rows = std::to_array<Option>({
    {"partitions", "PARTITIONS", OptionType::integer, topic_group, "N", "10",
     "of the topic that is made", 1, partitions_max},
    {"replication_factor", "REPLICATION_FACTOR", OptionType::integer, topic_group, "N", "",
     "of the topic that is made; else 3, or as many as there are brokers", 1, 100},
    {"compression", "", OptionType::choice, topic_group, "CODEC", "lz4", "of what is produced", 0,
     0, "none|gzip|snappy|lz4|zstd"},
    {"partitioner", "", OptionType::choice, topic_group, "NAME", "murmur2_random",
     "the client's: murmur2_random places keys as Java does, consistent_random (CRC32) is "
     "librdkafka's default",
     0, 0, "murmur2_random|murmur2|consistent_random|consistent|fnv1a_random|fnv1a"},
    {"value_size", "", OptionType::bytes, topic_group, "SIZE", "0",
     "values are filled up to so many bytes; less than id, key, timestamp and data is not possible",
     0, 1 << 20},
    {"into_existing", "", OptionType::text, topic_group, "TOPIC", "",
     "produce into this topic, which stays, with the records; else one is made and deleted"},
    {"keep", "", OptionType::boolean, topic_group, "", "False",
     "leave the topic that was made; `partwise keys cleanup` deletes it"},
    {"verbose", "", OptionType::boolean, output_group, "", "False",
     "tell on stderr what is done, step by step"},
});

constexpr auto cleanup_rows = std::to_array<Option>({
    {"yes", "", OptionType::boolean, topic_group, "", "False",
     "delete the topics; else only say which"},
    {"all", "", OptionType::boolean, topic_group, "", "False",
     "also topics of less than a day, whose run may still go on"},
    {"verbose", "", OptionType::boolean, output_group, "", "False",
     "tell on stderr what is done, step by step"},
    {"format", "FORMAT", OptionType::choice, output_group, "FORMAT", "table",
     "lines for people, or JSON", 0, 0, "table|json"},
    {"show_config", "", OptionType::boolean, output_group, "", "False",
     "print every setting with where it came from, and stop"},
    {"color", "", OptionType::choice, output_group, "WHEN", "auto",
     "colour: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
});

constexpr auto simulate_table =
    rows_of(key_rows, placement_rows, sweep_rows, output_rows, env_file_rows);
constexpr auto verify_table = rows_of(key_rows, verify_rows, output_rows, cluster_rows);
constexpr auto cleanup_table = rows_of(cleanup_rows, cluster_rows);

// "acme=40%", "acme=0.4".
std::optional<keys::HotKeyShare> share_from(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  auto number = std::string(trimmed(std::string_view(text).substr(equals + 1)));
  const bool percent = number.ends_with('%');
  if (percent) number.pop_back();
  char* end = nullptr;
  const double share = std::strtod(number.c_str(), &end);
  if (number.empty() || *end != '\0') return std::nullopt;
  return keys::HotKeyShare{std::string(trimmed(std::string_view(text).substr(0, equals))),
                           percent ? share / 100 : share};
}

void note_if_unused(const OptionValues& values, std::string_view name, bool used,
                    std::string_view why, std::vector<std::string>& warnings) {
  if (used || !values.typed(name)) return;
  warnings.push_back(fmt::format("{} is not used: {}", values.entry(name).from, why));
}

class SourceReader {
 public:
  SourceReader(const OptionValues& values, FoundErrors& found, std::vector<std::string>& warnings)
      : values_(values), found_(found), warnings_(warnings) {}

  KeySource read() {
    KeySource source;
    auto& spec = source.simulation;
    spec.patterns = listed(values_.text("key_pattern"));
    spec.simulation = *keys::simulation_from_text(lowered(values_.text("simulation")));
    spec.records = values_.integer("records");
    spec.keys = values_.integer("keys");
    spec.exponent = values_.number("zipf_exponent");
    source.file = values_.text("keys_file");
    source.format = *keys::key_format_from_text(lowered(values_.text("keys_format")));
    if (values_.given("records")) source.records = spec.records;
    for (const auto& part : listed(values_.text("shares"))) {
      if (const auto share = share_from(part)) {
        spec.shares.push_back(*share);
      } else {
        found_.wrong(fmt::format("'{}' is no share", part), "a list as acme=40%,globex=0.1",
                     values_.entry("shares").from);
      }
    }
    if (source.file.empty()) check_simulation(spec);
    note_unused(source);
    return source;
  }

 private:
  void check_simulation(const keys::SimulationSpec& spec) {
    if (spec.patterns.empty()) {
      found_.wrong("no key pattern is given", "a list such as tenant_id-,user_id-",
                   values_.entry("key_pattern").from);
    }
    if (spec.simulation == Simulation::shares && !values_.given("shares")) {
      found_.wrong("--simulation shares needs --shares", "--shares acme=40%,globex=10%",
                   "--simulation");
    }
  }

  // What was typed for this run and says nothing in it.
  void note_unused(const KeySource& source) {
    const auto unused = [&](std::string_view name, bool used, std::string_view why) {
      note_if_unused(values_, name, used, why, warnings_);
    };
    const auto simulation = source.simulation.simulation;
    const bool file = !source.file.empty();
    unused("simulation", !file, "the keys are those of the file");
    unused("key_pattern", !file, "the keys are those of the file");
    unused("keys_format", file, "no --keys-file is given");
    unused("keys",
           !file && (simulation == Simulation::uniform || simulation == Simulation::zipf ||
                     simulation == Simulation::shares),
           "only uniform, zipf and shares have a number of keys");
    unused("zipf_exponent", !file && simulation == Simulation::zipf, "the simulation is not zipf");
    unused("shares", !file && simulation == Simulation::shares, "the simulation is not shares");
  }

  const OptionValues& values_;
  FoundErrors& found_;
  std::vector<std::string>& warnings_;
};

class SimulateReader {
 public:
  explicit SimulateReader(const OptionValues& values) : values_(values) {}

  tl::expected<SimulateOptions, Errors> read() && {
    options_.source = SourceReader(values_, found_, options_.warnings).read();
    read_placement();
    options_.target_cv_percent = values_.number("target_cv");
    if (values_.has("current_partitions")) {
      options_.current_partitions = static_cast<int>(values_.integer("current_partitions"));
    }
    options_.format = lowered(values_.text("format"));
    options_.out = values_.text("out");
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
    for (const auto& name : listed(values_.text("strategy"))) {
      const auto strategy = keys::strategy_from_text(lowered(name));
      if (!strategy) {
        std::vector<std::string> names;
        for (const auto each : keys::all_strategies) names.emplace_back(keys::name_of(each));
        const auto close = nearest(lowered(name), names);
        found_.wrong(fmt::format("no strategy '{}'", name), close ? *close : joined(names, ", "),
                     values_.entry("strategy").from);
      } else if (std::find(strategies.begin(), strategies.end(), *strategy) == strategies.end()) {
        strategies.push_back(*strategy);
      }
    }
    if (!strategies.empty() || !found_.empty()) return;
    strategies.assign(keys::all_strategies.begin(), keys::all_strategies.end());
    if (options_.is_sweep())
      std::erase_if(strategies, [](Strategy each) { return !is_keyed(each); });
  }

  // What was typed for this run and says nothing in it.
  void note_unused() {
    const auto unused = [&](std::string_view name, bool used, std::string_view why) {
      note_if_unused(values_, name, used, why, options_.warnings);
    };
    unused("target_cv", options_.is_sweep(), "--partitions is one count");
    unused("current_partitions", options_.is_sweep(), "--partitions is one count");
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
config::OptionTable verify_option_table() { return verify_table; }
config::OptionTable cleanup_option_table() { return cleanup_table; }

tl::expected<VerifyOptions, Errors> verify_options(const OptionValues& values) {
  FoundErrors found;
  VerifyOptions options;
  options.source = SourceReader(values, found, options.warnings).read();
  options.where = cluster_options(values, found);
  options.partitions = static_cast<int>(values.integer("partitions"));
  if (values.has("replication_factor")) {
    options.replication_factor = static_cast<int>(values.integer("replication_factor"));
  }
  options.compression = lowered(values.text("compression"));
  options.partitioner = lowered(values.text("partitioner"));
  options.value_bytes = values.bytes("value_size");
  options.into_existing = values.text("into_existing");
  options.keep = values.boolean("keep");
  options.format = lowered(values.text("format"));
  options.out = values.text("out");
  for (const auto* name : {"partitions", "replication_factor", "keep"}) {
    note_if_unused(values, name, options.into_existing.empty(), "--into-existing names a topic",
                   options.warnings);
  }
  return std::move(found).unless_any(std::move(options));
}

tl::expected<CleanupOptions, Errors> cleanup_options(const OptionValues& values) {
  FoundErrors found;
  CleanupOptions options;
  options.where = cluster_options(values, found);
  options.yes = values.boolean("yes");
  options.all = values.boolean("all");
  options.format = lowered(values.text("format"));
  return std::move(found).unless_any(std::move(options));
}

tl::expected<SimulateOptions, Errors> simulate_options(const OptionValues& values) {
  return SimulateReader(values).read();
}

}  // namespace partwise::app
