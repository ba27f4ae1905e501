// The options that say which keys are meant, and what the commands of `keys` print.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/found_errors.h"
#include "config/option.h"
#include "keys/key_lines.h"
#include "keys/key_simulation.h"

namespace partwise::app {

inline constexpr std::string_view key_source_group = "Keys";
inline constexpr std::string_view keys_output_group = "Output";

inline constexpr auto key_source_rows = std::to_array<config::Option>({
    {"key_pattern", "KEY_PATTERN", config::OptionType::text, key_source_group, "LIST",
     "tenant_id-,user_id-",
     "what keys begin with: record id takes pattern id % n, and a number behind it"},
    {"simulation", "KEY_SIMULATION", config::OptionType::choice, key_source_group, "NAME",
     "typical",
     "the number: typical: id % 100, less: id % 1000, more: id % 10, none: id, uniform: id % "
     "--keys; "
     "zipf and shares: by weight; hot: 80 % of the records have one key",
     0, 0, "typical|less|more|none|hot|uniform|zipf|shares"},
    {"records", "RECORDS", config::OptionType::integer, key_source_group, "N", "1000",
     "records to place; from a file: its lines, shared out to so many where given",
     static_cast<double>(keys::simulated_records_min),
     static_cast<double>(keys::simulated_records_max)},
    {"keys", "", config::OptionType::integer, key_source_group, "N", "1000",
     "distinct keys of uniform and zipf; with shares those that are not named", 0,
     static_cast<double>(keys::keys_max)},
    {"zipf_exponent", "", config::OptionType::number, key_source_group, "X", "1",
     "zipf: the i-th key weighs 1 / i^X", 0, keys::zipf_exponent_max},
    {"shares", "", config::OptionType::text, key_source_group, "LIST", "",
     "shares: of the records, as acme=40%,globex=0.1; --keys others have the rest evenly"},
    {"keys_file", "", config::OptionType::text, key_source_group, "FILE", "",
     "keys to place instead, a line each; - is standard input"},
    {"keys_format", "", config::OptionType::choice, key_source_group, "FORMAT", "text",
     "of the file: text, hex, or csv with key,weight; \\N is a record without a key", 0, 0,
     "text|hex|csv"},
});

inline constexpr auto keys_output_rows = std::to_array<config::Option>({
    {"format", "FORMAT", config::OptionType::choice, keys_output_group, "FORMAT", "table",
     "charts and a table for people, CSV or JSON", 0, 0, "table|csv|json"},
    {"out", "OUT_DIR", config::OptionType::text, keys_output_group, "DIR", "",
     "write the report files there: CSV, JSON and a page"},
    {"show_config", "", config::OptionType::boolean, keys_output_group, "", "False",
     "print every setting with where it came from, and stop"},
    {"color", "", config::OptionType::choice, keys_output_group, "WHEN", "auto",
     "colour: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
});

/// Where keys come from: a simulation, or a file.
struct KeySource {
  keys::SimulationSpec simulation;
  std::string file;  ///< "-": standard input; empty: simulated
  keys::KeyFormat format = keys::KeyFormat::text;
  std::optional<std::int64_t> records;  ///< where it was given
};

/// From a table that has key_source_rows.
KeySource key_source(const config::OptionValues& values, FoundErrors& found,
                     std::vector<std::string>& warnings);

/// Warns of what was typed for this run and says nothing in it.
void note_if_unused(const config::OptionValues& values, std::string_view name, bool used,
                    std::string_view why, std::vector<std::string>& warnings);

}  // namespace partwise::app
