#include "report/scan_table.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "report/grid.h"

namespace partwise::report {
namespace {

using keys::ScanReport;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t key_width_most = 64;
constexpr std::size_t heavy_shown = 10;
constexpr std::size_t split_shown = 5;
constexpr std::size_t fields_shown = 5;
constexpr std::size_t field_width_most = 40;
constexpr double placed_least = 0.001;

std::string time_text(std::int64_t ms) { return ms < 0 ? "–" : utc_text(Instant{Millis{ms}}); }

std::string read_text(const ScanReport& scan) {
  const auto total = scan.summary.total();
  auto text = fmt::format("\n  topic {} on {}: {}, {}", scan.topic, scan.cluster,
                          counted_text(total.records, "record"),
                          bytes_text(static_cast<double>(total.bytes)));
  if (scan.read_s > 0) text += fmt::format(" read in {:.1f} s", scan.read_s);
  text +=
      fmt::format(", {} of memory\n", bytes_text(static_cast<double>(scan.summary.memory_bytes())));
  text += fmt::format("  from {} to {} · {} without a key, {} empty keys, {} tombstones\n",
                      time_text(total.first_ms), time_text(total.last_ms),
                      count_text(total.records - total.keyed_records),
                      count_text(scan.summary.empty_keys()), count_text(total.tombstones));
  if (scan.group) {
    text += fmt::format("  read by {} processes of the group {}\n", scan.group->members.size(),
                        scan.group->name);
  }
  return text;
}

std::string sizes_text(const char* what, const keys::SizeQuantiles& sizes) {
  return fmt::format("{} p50 {:.0f} B, p99 {:.0f} B, largest {} B", what, sizes.quantile(0.5),
                     sizes.quantile(0.99), count_text(sizes.largest()));
}

std::string distinct_text(const ScanReport& scan) {
  const auto distinct = scan.summary.distinct();
  const auto whole = [](double keys) { return count_text(std::llround(keys)); };
  auto text =
      fmt::format("  {}{} distinct keys", distinct.exact() ? "" : "about ", whole(distinct.value));
  if (!distinct.exact())
    text += fmt::format(" [{}, {}]", whole(distinct.low), whole(distinct.high));
  return text + fmt::format(" · {}; {}\n", sizes_text("keys", scan.summary.key_sizes()),
                            sizes_text("values", scan.summary.value_sizes()));
}

std::string key_text(const keys::KeptKey& key, const ScanReport& scan) {
  const auto text = quotable(keys::shown_key(key, scan.show_keys));
  return text.empty() ? "(empty)" : fitted(text, key_width_most);
}

std::string heavy_text(const ScanReport& scan, const Style& style) {
  Rows rows;
  const auto& heavy = scan.summary.heavy_by_records();
  const auto total = static_cast<double>(std::max<std::int64_t>(1, heavy.total()));
  for (const auto& key : heavy.heaviest(heavy_shown)) {
    const auto bytes = scan.summary.heavy_by_bytes().limits_of(key.key);
    rows.push_back(
        {key_text(key.key, scan), count_text(key.at_least()),
         key.error == 0 ? "" : "to " + count_text(key.count),
         percent_text(static_cast<double>(key.at_least()) / total, 1),
         bytes.at_least() > 0 ? bytes_text(static_cast<double>(bytes.at_least())) : "–"});
  }
  return "\n" +
         grid(
             {{"HEAVIEST KEYS"}, {"RECORDS", true}, {"", true}, {"SHARE %", true}, {"BYTES", true}},
             rows, style) +
         (scan.show_keys ? "" : "  keys are shown as hashes; --show-keys shows them\n");
}

std::string share_text(double share) { return share < placed_least ? "0" : percent_text(share, 1); }

std::string placer_text(const ScanReport& scan, const Style& style) {
  const auto& forensics = scan.forensics;
  if (forensics.says_nothing) {
    return "\n  who placed the keys cannot be told: one partition, or no key of up to 256 bytes\n";
  }
  Rows rows;
  for (const auto& placer : forensics.placers) {
    if (placer.keys.value < placed_least) continue;  // what agrees by chance; all are in JSON
    rows.push_back({std::string(placer.placer), std::string(placer.used_by),
                    std::to_string(placer.partitions),
                    fmt::format("{} [{}, {}]", share_text(placer.keys.value),
                                share_text(placer.keys.low), share_text(placer.keys.high)),
                    share_text(placer.records)});
  }
  rows.push_back(
      {"unknown, or explicit partitions", "", "",
       fmt::format("{} [{}, {}]", share_text(forensics.unknown_keys.value),
                   share_text(forensics.unknown_keys.low), share_text(forensics.unknown_keys.high)),
       share_text(forensics.unknown_records)});
  return "\n" + grid({{"PLACED BY"},
                      {"USED BY"},
                      {"AT PARTITIONS", true},
                      {"KEYS %", true},
                      {"RECORDS %", true}},
                     rows, style);
}

std::string split_text(const ScanReport& scan, const Style& style) {
  const auto split = scan.summary.sample().split_keys(split_shown);
  if (split.in_sample == 0)
    return style.good("\n  ✓") + " no key was seen in more than one partition\n";
  auto text = style.notable("\n  ⚠") + fmt::format(
                                           " about {:.0f} keys [{:.0f}, {:.0f}] are in more than "
                                           "one partition: their order is lost, since {}\n",
                                           split.of_topic.value, split.of_topic.low,
                                           split.of_topic.high, time_text(split.since_ms));
  for (const auto& key : split.examples) {
    std::vector<std::string> places;
    for (const auto& place : key.places)
      places.push_back(fmt::format("P{} {}", place.partition, count_text(place.records)));
    text += fmt::format("    {}: {}\n", key_text(key.key, scan), joined(places, ", "));
  }
  return text;
}

std::string named(const keys::FieldScore& score) {
  if (score.fields.empty()) return "the present key";
  std::vector<std::string> names;
  for (const auto& field : score.fields) {
    names.push_back(fitted(quotable(field), field_width_most));
  }
  return joined(names, " + ");
}

std::string share_or_dash(const std::optional<double>& share) {
  return share ? percent_text(*share, 1) : "–";
}

std::vector<std::string> field_row(const keys::FieldScore& score) {
  return {named(score),
          fmt::format("{:.3f}", score.score),
          percent_text(score.coverage, 1),
          fmt::format("{:.0f}", score.distinct_at_least),
          fmt::format("{:.1f}", score.cv_percent),
          fmt::format("{:.1f}", score.cv_percent_by_chance),
          fmt::format("{:.2f}", score.max_over_mean),
          share_or_dash(score.stability),
          share_or_dash(score.within_key)};
}

// The best fields; the present key and what is advised, wherever they are.
std::string better_key_text(const ScanReport& scan, const Style& style) {
  if (!scan.better_key) return {};
  const auto& found = *scan.better_key;
  Rows rows;
  std::size_t fields = 0;
  for (const auto& score : found.scores) {
    const bool always = score.fields.empty() || score.fields == found.better;
    if (always || fields++ < fields_shown) rows.push_back(field_row(score));
  }
  auto text = "\n" + grid({{"BETTER KEY"},
                           {"SCORE", true},
                           {"COVERAGE %", true},
                           {"VALUES", true},
                           {"CV %", true},
                           {"BY CHANCE %", true},
                           {"MAX/MEAN", true},
                           {"STABILITY %", true},
                           {"WITHIN KEY %", true}},
                          rows, style);
  text += fmt::format(
      "  by {} at {}, as murmur2 would place them; {}\n", counted_text(found.records, "JSON value"),
      counted_text(found.partitions, "partition"),
      found.repeated_keys > 0 ? "stability by " + counted_text(found.repeated_keys, "repeated key")
                              : "stability is not known: no key comes twice");
  if (found.not_json > 0) {
    const auto all = static_cast<double>(found.records + found.not_json);
    text +=
        fmt::format("  {} % of the values are no JSON objects, or too long, and not looked at\n",
                    percent_text(static_cast<double>(found.not_json) / all, 1));
  }
  return text + (found.better.empty() ? "  " : style.notable("  ⚠ ")) + found.advice + "\n";
}

}  // namespace

std::string table(const ScanReport& scan, const Style& style) {
  auto text = read_text(scan);
  if (scan.summary.total().keyed_records == 0) return text + better_key_text(scan, style);
  text += distinct_text(scan) + heavy_text(scan, style) + placer_text(scan, style) +
          split_text(scan, style) + better_key_text(scan, style);
  if (!scan.what_if_exact) {
    text += fmt::format("  what other strategies would do is estimated from {}\n",
                        counted_text(scan.what_if_keys, "key"));
  }
  return text;
}

}  // namespace partwise::report
