#include "app/scan_options.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/found_errors.h"
#include "app/key_source.h"
#include "app/partition_counts.h"
#include "app/sizing_options.h"
#include "app/strategy_list.h"
#include "base/text.h"
#include "base/topic_name.h"
#include "base/units.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;

constexpr std::string_view scan_group = "What is read";
constexpr std::string_view shared_group = "Several processes";
constexpr std::string_view what_if_group = "What if";

constexpr auto scan_rows = std::to_array<Option>({
    config::bare({"topic", "", OptionType::text, scan_group, "TOPIC", "",
                  "the topic; a word without a flag will do"}),
    {"from", "", OptionType::text, scan_group, "TIME", "",
     "records from then on: 2026-03-04T05:06:07Z, 2026-03-04, or 6h for six hours ago"},
    {"to", "", OptionType::text, scan_group, "TIME", "", "records before then, likewise"},
    {"from_offset", "", OptionType::integer, scan_group, "N", "", "of each partition", 0, 9e18},
    {"to_offset", "", OptionType::integer, scan_group, "N", "", "behind the last of each partition",
     0, 9e18},
    {"fraction", "", OptionType::number, scan_group, "X", "1",
     "a random part of it, as 0.05, in up to 64 places of each partition", 1e-6, 1},
    {"memory", "", OptionType::bytes, scan_group, "SIZE", "256MiB",
     "bound of what is kept of the keys", 2 << 20, 1e12},
    {"show_keys", "", OptionType::boolean, scan_group, "", "False",
     "show keys themselves; else a hash of each, for keys may be personal data"},
    {"seed", "", OptionType::integer, scan_group, "N", "1", "of the random part", 0, 1e15},
});

constexpr auto shared_rows = std::to_array<Option>({
    {"group", "", OptionType::text, shared_group, "NAME", "",
     "share the scan with the processes that join this consumer group for it; one prints the "
     "whole"},
    {"group_size", "", OptionType::integer, shared_group, "N", "", "how many processes share", 2,
     1000},
    {"group_wait", "", OptionType::duration, shared_group, "TIME", "60s",
     "how long all of them are waited for", 1, 86400},
});

constexpr auto what_if_rows = std::to_array<Option>({
    {"partitions", "", OptionType::text, what_if_group, "N", "",
     "other partition counts for the same keys: 24, 6,12,24 or 1..64; else the topic's own"},
    config::repeatable(
        {"strategy", "", OptionType::text, what_if_group, "LIST", "murmur2,salted,two_choices",
         "how the keys would be placed: as `keys simulate`, but those that look at no key"}),
    {"salt_ways", "", OptionType::integer, what_if_group, "N", "8",
     "salted: numbers behind a hot key", 1, 1000},
    {"target_cv", "", OptionType::number, what_if_group, "PERCENT", "20",
     "counts whose coefficient of variation is below it are within the target", 0, 1e6},
    {"verbose", "", OptionType::boolean, keys_output_group, "", "False",
     "tell on stderr what is done, step by step"},
});

constexpr auto table =
    rows_of(scan_rows, shared_rows, what_if_rows, keys_output_rows, cluster_rows);

// "6h" is six hours before now.
std::optional<Instant> time_from(const OptionValues& values, const char* name, Instant now,
                                 FoundErrors& found) {
  const auto text = values.text(name);
  if (text.empty()) return std::nullopt;
  if (const auto time = instant_from_text(text)) return *time;
  if (const auto ago = duration_from_text(text)) return now - *ago;
  found.wrong(fmt::format("'{}' is no time", text),
              "2026-03-04T05:06:07Z, 2026-03-04, or 6h for six hours ago", values.entry(name).from);
  return std::nullopt;
}

std::optional<std::int64_t> offset_from(const OptionValues& values, const char* name) {
  if (!values.has(name)) return std::nullopt;
  return values.integer(name);
}

std::optional<SharedScanOptions> shared_from(const OptionValues& values, FoundErrors& found) {
  const auto group = values.text("group");
  if (group.empty()) {
    for (const auto* name : {"group_size", "group_wait"}) {
      if (!values.typed(name)) continue;
      const auto& flag = values.entry(name).from;
      found.wrong(flag + " is given, and no --group", "--group NAME in each of the processes",
                  flag);
    }
    return std::nullopt;
  }
  if (!values.has("group_size")) {
    found.wrong("--group is given, and no --group-size",
                "--group-size N: how many processes share the scan", "--group");
    return std::nullopt;
  }
  return SharedScanOptions{group, static_cast<int>(values.integer("group_size")),
                           values.duration("group_wait")};
}

// What was typed for this run and says nothing in it.
void note_unused(const OptionValues& values, ScanOptions& options) {
  const auto unused = [&](std::string_view name, bool used, std::string_view why) {
    note_if_unused(values, name, used, why, options.warnings);
  };
  const auto& all = options.strategies;
  const bool salted =
      all.empty() || std::find(all.begin(), all.end(), keys::Strategy::salted) != all.end();
  unused("salt_ways", salted, "salted is not among the strategies");
  unused("seed", options.fraction < 1, "all records are read");
  unused("target_cv", !options.partitions.empty(), "--partitions names no counts");
}

}  // namespace

config::OptionTable scan_option_table() { return table; }

tl::expected<ScanOptions, Errors> scan_options(const OptionValues& values, Instant now) {
  FoundErrors found;
  ScanOptions options;
  options.where = cluster_options(values, found);
  options.topic = values.text("topic");
  if (options.topic.empty()) {
    found.wrong("no topic is named", "partwise keys scan TOPIC --bootstrap-servers HOST:PORT",
                "--topic");
  } else if (const auto name = check_topic_name(options.topic); !name) {
    found.wrong(name.error().message, name.error().hint, "--topic");
  }
  options.bounds = {time_from(values, "from", now, found), time_from(values, "to", now, found),
                    offset_from(values, "from_offset"), offset_from(values, "to_offset")};
  options.from_text = values.text("from");
  options.to_text = values.text("to");
  const auto& bounds = options.bounds;
  if (bounds.from && bounds.to && *bounds.from >= *bounds.to) {
    found.wrong("--from is not before --to", "an earlier --from", "--from");
  }
  if (bounds.from_offset && bounds.to_offset && *bounds.from_offset >= *bounds.to_offset) {
    found.wrong("--from-offset is not below --to-offset", "a lower --from-offset", "--from-offset");
  }
  options.fraction = values.number("fraction");
  options.memory = values.bytes("memory");
  options.show_keys = values.boolean("show_keys");
  options.seed = static_cast<std::uint64_t>(values.integer("seed"));
  if (!values.text("partitions").empty()) {
    auto counts = partition_counts_from_text(values.text("partitions"));
    if (counts)
      options.partitions = std::move(*counts);
    else
      found.wrong(counts.error().message, counts.error().hint, values.entry("partitions").from);
  }
  options.strategies = strategies_from(values, found);
  for (const auto strategy : options.strategies) {
    if (is_keyed(strategy)) continue;
    found.wrong(fmt::format("{} looks at no key", keys::name_of(strategy)),
                "murmur2, crc32, fnv1a, murmur3, range, salted, two_choices",
                values.entry("strategy").from);
  }
  note_unused(values, options);
  options.salt_ways = static_cast<int>(values.integer("salt_ways"));
  options.target_cv_percent = values.number("target_cv");
  options.format = lowered(values.text("format"));
  options.out = values.text("out");
  options.shared = shared_from(values, found);
  return std::move(found).unless_any(std::move(options));
}

}  // namespace partwise::app
