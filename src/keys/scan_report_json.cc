#include "keys/scan_report_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error_json.h"
#include "base/units.h"

namespace partwise::keys {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t heavy_shown = 50;
constexpr std::size_t heat_rows_shown = 64;
constexpr std::size_t split_shown = 20;

json time_or_null(std::int64_t ms) {
  if (ms < 0) return nullptr;
  return utc_text(Instant{Millis{ms}});
}

json interval(const Interval& x) {
  return {
      {"value", nine_digits(x.value)}, {"low", nine_digits(x.low)}, {"high", nine_digits(x.high)}};
}

json partitions_json(const ScanReport& scan) {
  json partitions = json::array();
  const auto& tallies = scan.summary.partitions();
  for (std::size_t p = 0; p < scan.stretches.size(); ++p) {
    const auto& stretch = scan.stretches[p];
    const auto tally = p < tallies.size() ? tallies[p] : PartitionTally{};
    partitions.push_back({{"partition", p},
                          {"from_offset", stretch.from},
                          {"to_offset", stretch.to},
                          {"records", tally.records},
                          {"bytes", tally.bytes},
                          {"null_key_records", tally.records - tally.keyed_records},
                          {"tombstones", tally.tombstones},
                          {"first", time_or_null(tally.first_ms)},
                          {"last", time_or_null(tally.last_ms)},
                          {"error", error_json(stretch.error)}});
  }
  return partitions;
}

json group_json(const std::optional<ScanGroup>& group) {
  if (!group) return nullptr;
  json members = json::array();
  for (const auto& member : group->members) {
    members.push_back({{"client", member.client},
                       {"host", member.host},
                       {"partitions", member.partitions},
                       {"records", member.records},
                       {"read_s", nine_digits(member.read_s)}});
  }
  return {{"name", group->name}, {"members", members}};
}

json sizes_json(const SizeQuantiles& sizes) {
  return {{"count", sizes.count()},
          {"mean", nine_digits(sizes.mean())},
          {"min", sizes.smallest()},
          {"p50", nine_digits(sizes.quantile(0.5))},
          {"p90", nine_digits(sizes.quantile(0.9))},
          {"p99", nine_digits(sizes.quantile(0.99))},
          {"max", sizes.largest()}};
}

json heavy_json(const SpaceSaving& heavy, bool show_keys) {
  json keys = json::array();
  const auto total = static_cast<double>(std::max<std::int64_t>(1, heavy.total()));
  auto shown = heavy.heaviest(heavy_shown + 1);
  // Of those that have a counter and are not shown, the first has the highest limit.
  auto unlisted = heavy.floor();
  if (shown.size() > heavy_shown) {
    unlisted = std::max(unlisted, shown.back().count);
    shown.pop_back();
  }
  for (const auto& key : shown) {
    keys.push_back({{"key", shown_key(key.key, show_keys)},
                    {"at_least", key.at_least()},
                    {"at_most", key.count},
                    {"share", nine_digits(static_cast<double>(key.at_least()) / total)}});
  }
  return {{"total", heavy.total()}, {"unlisted_at_most", unlisted}, {"keys", keys}};
}

json forensics_json(const KeyForensics& forensics) {
  json placers = json::array();
  for (const auto& placer : forensics.placers) {
    json alike = json::array();
    for (const auto& name : placer.not_told_from) alike.push_back(name);
    placers.push_back({{"placer", placer.placer},
                       {"used_by", placer.used_by},
                       {"partitions", placer.partitions},
                       {"agreeing", nine_digits(placer.agreeing)},
                       {"by_chance", nine_digits(placer.by_chance)},
                       {"keys", interval(placer.keys)},
                       {"records", nine_digits(placer.records)},
                       {"not_told_from", alike}});
  }
  return {{"placements", forensics.placements},
          {"says_nothing", forensics.says_nothing},
          {"placers", placers},
          {"unknown_keys", interval(forensics.unknown_keys)},
          {"unknown_records", nine_digits(forensics.unknown_records)}};
}

json split_json(const ScanReport& scan) {
  const auto split = scan.summary.sample().split_keys(split_shown);
  json examples = json::array();
  for (const auto& key : split.examples) {
    json places = json::array();
    for (const auto& place : key.places) {
      places.push_back({{"partition", place.partition},
                        {"records", place.records},
                        {"first", time_or_null(place.first_ms)},
                        {"last", time_or_null(place.last_ms)}});
    }
    examples.push_back({{"key", shown_key(key.key, scan.show_keys)},
                        {"since", time_or_null(key.split_since_ms())},
                        {"partitions", places}});
  }
  return {{"keys", interval(split.of_topic)},
          {"in_sample", split.in_sample},
          {"since", time_or_null(split.since_ms)},
          {"examples", examples}};
}

json better_key_json(const std::optional<BetterKey>& found) {
  if (!found) return nullptr;
  json fields = json::array();
  for (const auto& score : found->scores) {
    fields.push_back(
        {{"fields", score.fields},
         {"coverage", nine_digits(score.coverage)},
         {"distinct", score.distinct},
         {"distinct_at_least", nine_digits(score.distinct_at_least)},
         {"cv_percent", nine_digits(score.cv_percent)},
         {"cv_percent_by_chance", nine_digits(score.cv_percent_by_chance)},
         {"max_over_mean", nine_digits(score.max_over_mean)},
         {"stability", score.stability ? json(nine_digits(*score.stability)) : json()},
         {"within_key", score.within_key ? json(nine_digits(*score.within_key)) : json()},
         {"others_alike", nine_digits(found->others_alike(score))},
         {"score", nine_digits(score.score)}});
  }
  return {{"records", found->records},
          {"not_json", found->not_json},
          {"repeated_keys", found->repeated_keys},
          {"partitions", found->partitions},
          {"better", found->better},
          {"advice", found->advice},
          {"fields", fields}};
}

}  // namespace

nlohmann::ordered_json scan_json(const ScanReport& scan) {
  const auto& summary = scan.summary;
  const auto total = summary.total();
  json distinct_json = interval(summary.distinct());
  distinct_json["exact"] = summary.knows_all_keys();
  distinct_json["standard_error"] =
      summary.knows_all_keys() ? 0 : nine_digits(summary.distinct_keys().standard_error());
  return {{"cluster", scan.cluster},
          {"topic", scan.topic},
          {"fraction", nine_digits(scan.fraction)},
          {"records", total.records},
          {"bytes", total.bytes},
          {"null_key_records", total.records - total.keyed_records},
          {"tombstones", total.tombstones},
          {"first", time_or_null(total.first_ms)},
          {"last", time_or_null(total.last_ms)},
          {"read_s", nine_digits(scan.read_s)},
          {"memory_bytes", summary.memory_bytes()},
          {"distinct_keys", distinct_json},
          {"key_bytes", sizes_json(summary.key_sizes())},
          {"value_bytes", sizes_json(summary.value_sizes())},
          {"heaviest_by_records", heavy_json(summary.heavy_by_records(), scan.show_keys)},
          {"heaviest_by_bytes", heavy_json(summary.heavy_by_bytes(), scan.show_keys)},
          {"forensics", forensics_json(scan.forensics)},
          {"split_keys", split_json(scan)},
          {"better_key", better_key_json(scan.better_key)},
          {"what_if", {{"exact", scan.what_if_exact}, {"keys", scan.what_if_keys}}},
          {"partitions", partitions_json(scan)},
          {"group", group_json(scan.group)},
          {"error", error_json(scan.error)},
          {"api_keys_left", scan.keys_left}};
}

nlohmann::ordered_json heat_json(const ScanReport& scan) {
  const auto& heat = scan.summary.heat();
  if (heat.totals().empty()) return nullptr;
  std::vector<const HeatRow*> rows;
  for (const auto& row : heat.rows()) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(),
            [](const auto* a, const auto* b) { return a->counted() > b->counted(); });
  rows.resize(std::min(rows.size(), heat_rows_shown));
  json keys = json::array();
  for (const auto* row : rows) {
    auto records = row->records;
    records.resize(heat.totals().size());
    keys.push_back({{"key", shown_key(row->key, scan.show_keys)},
                    {"entered", time_or_null(row->entered_ms)},
                    {"records", records}});
  }
  return {{"start", time_or_null(heat.first_step_ms())},
          {"step_s", heat.step_ms() / 1000},
          {"totals", std::vector<std::int64_t>(heat.totals().begin(), heat.totals().end())},
          {"keys", keys}};
}

}  // namespace partwise::keys
