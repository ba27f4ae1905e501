#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "keys/scan_result.h"

namespace partwise::keys {
namespace {

using json = nlohmann::ordered_json;

json interval_json(const Interval& x) {
  return {{"value", x.value}, {"low", x.low}, {"high", x.high}};
}

json time_or_null(std::int64_t ms) {
  if (ms < 0) return nullptr;
  return ms;
}

json tally_json(const PartitionTally& tally) {
  return {{"records", tally.records},
          {"bytes", tally.bytes},
          {"records_without_key", tally.records - tally.keyed_records},
          {"tombstones", tally.tombstones},
          {"first_ms", time_or_null(tally.first_ms)},
          {"last_ms", time_or_null(tally.last_ms)}};
}

json partitions_json(const ScanResult& result) {
  json partitions = json::array();
  for (const auto& tally : result.partitions) {
    auto row = tally_json(tally);
    row["partition"] = partitions.size();
    partitions.push_back(std::move(row));
  }
  return partitions;
}

json sizes_json(const SizeStatistics& sizes) {
  return {{"count", sizes.count},
          {"mean_bytes", sizes.mean},
          {"min_bytes", sizes.smallest},
          {"p50_bytes", sizes.p50},
          {"p90_bytes", sizes.p90},
          {"p99_bytes", sizes.p99},
          {"p999_bytes", sizes.p999},
          {"max_bytes", sizes.largest},
          {"relative_error", SizeQuantiles::relative_error}};
}

json spread_json(const Spread& spread) {
  return {{"mean", spread.mean},
          {"sd_sample", spread.sd_sample},
          {"sd_population", spread.sd_population},
          {"cv_percent", spread.cv_percent},
          {"max_over_mean", spread.max_over_mean},
          {"gini", spread.gini},
          {"entropy_normalised", spread.entropy_normalised}};
}

json skew_json(const KeySkew& skew) {
  return {{"all", spread_json(skew.of_all)},
          {"with_key", spread_json(skew.of_keyed)},
          {"effective_keys", skew.effective_keys},
          {"cv_percent_by_chance", skew.cv_percent_by_chance},
          {"p_value", skew.p_value}};
}

json heaviest_json(const std::vector<HeaviestKey>& keys, bool show) {
  json rows = json::array();
  for (const auto& key : keys) {
    rows.push_back({{"key", text_of(key.key, show)},
                    {"at_least", key.amount.low},
                    {"at_most", key.amount.high},
                    {"share_at_least", key.share.low},
                    {"share_at_most", key.share.high}});
  }
  return rows;
}

json heat_json(const ScanResult& result, bool show) {
  json rows = json::array();
  for (const auto& key : result.heat) {
    rows.push_back({{"key", text_of(key.row.key, show)},
                    {"entered_ms", time_or_null(key.row.entered_ms)},
                    {"missed_at_least", key.missed_at_least},
                    {"missed_at_most", key.missed_at_most},
                    {"records", key.row.records}});
  }
  return {{"first_step_ms", result.heat_first_step_ms},
          {"step_ms", result.heat_step_ms},
          {"records_without_time", result.records_without_time},
          {"records", result.heat_totals},
          {"keys", std::move(rows)}};
}

json split_json(const SplitKeys& split, bool show) {
  json examples = json::array();
  for (const auto& key : split.examples) {
    json places = json::array();
    for (const auto& place : key.places) {
      places.push_back({{"partition", place.partition},
                        {"records", place.records},
                        {"bytes", place.bytes},
                        {"first_ms", time_or_null(place.first_ms)},
                        {"last_ms", time_or_null(place.last_ms)}});
    }
    examples.push_back({{"key", text_of(key.key, show)},
                        {"since_ms", time_or_null(key.split_since_ms())},
                        {"partitions", std::move(places)}});
  }
  return {{"keys", interval_json(split.of_topic)},
          {"keys_in_sample", split.in_sample},
          {"since_ms", time_or_null(split.since_ms)},
          {"examples", std::move(examples)}};
}

json forensics_json(const KeyForensics& forensics) {
  if (forensics.says_nothing) return nullptr;
  json placers = json::array();
  for (const auto& by : forensics.placers) {
    placers.push_back({{"placer", by.placer},
                       {"used_by", by.used_by},
                       {"partitions", by.partitions},
                       {"agreeing", by.agreeing},
                       {"agreeing_by_chance", by.by_chance},
                       {"keys_share", interval_json(by.keys)},
                       {"records_share", by.records},
                       {"not_told_from", by.not_told_from}});
  }
  return {{"placements", forensics.placements},
          {"placers", std::move(placers)},
          {"unknown_keys_share", interval_json(forensics.unknown_keys)},
          {"unknown_records_share", forensics.unknown_records}};
}

}  // namespace

std::string text_of(const KeptKey& key, bool show) {
  if (!show) return fmt::format("#{:016x}", key.hash);
  if (key.whole()) return quotable(key.head);
  return fmt::format("{}... ({} bytes, #{:016x})", quotable(key.head), key.size, key.hash);
}

std::string to_json(const ScanResult& result, bool show_keys) {
  auto total = tally_json(result.total);
  total["records_with_empty_key"] = result.empty_keys;
  auto distinct = interval_json(result.distinct_keys);
  distinct["relative_standard_error"] = result.distinct_keys_standard_error;
  const json document = {
      {"total", std::move(total)},
      {"distinct_keys", std::move(distinct)},
      {"key_sizes", sizes_json(result.key_sizes)},
      {"value_sizes", sizes_json(result.value_sizes)},
      {"skew", {{"records", skew_json(result.records)}, {"bytes", skew_json(result.bytes)}}},
      {"heaviest_by_records", heaviest_json(result.by_records, show_keys)},
      {"heaviest_by_bytes", heaviest_json(result.by_bytes, show_keys)},
      {"unlisted_records_at_most", result.unlisted_records_at_most},
      {"unlisted_bytes_at_most", result.unlisted_bytes_at_most},
      {"heat_map", heat_json(result, show_keys)},
      {"sample", {{"keys", result.sampled_keys}, {"fraction", result.sampled_fraction}}},
      {"keys_in_several_partitions", split_json(result.split, show_keys)},
      {"placed_by", forensics_json(result.forensics)},
      {"partitions", partitions_json(result)}};
  // Keys are any bytes; what is not UTF-8 becomes U+FFFD.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace partwise::keys
