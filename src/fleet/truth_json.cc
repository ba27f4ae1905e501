// The truth of a fleet, written down.
#include <nlohmann/json.hpp>

#include "fleet/truth.h"

namespace partwise::fleet {
namespace {

using json = nlohmann::ordered_json;

double in_seconds(Millis d) { return seconds(d); }

json log_json(const TopicTruth& truth) {
  json partitions = json::array();
  for (const auto& log : truth.log) {
    partitions.push_back({{"start_offset", log.start_offset},
                          {"end_offset", log.end_offset},
                          {"records", log.records()},
                          {"bytes", log.bytes}});
  }
  return partitions;
}

json peak_json(const TopicTruth& truth, Millis width) {
  if (!truth.peak) return nullptr;
  const auto& peak = *truth.peak;
  json partitions = json::array();
  for (std::size_t p = 0; p < peak.bytes_by_partition.size(); ++p) {
    partitions.push_back(
        {{"records", peak.records_by_partition[p]}, {"bytes", peak.bytes_by_partition[p]}});
  }
  return {{"start", utc_text(peak.start)},
          {"start_ms", peak.start.time_since_epoch().count()},
          {"width_s", in_seconds(width)},
          {"records", peak.records},
          {"bytes", peak.bytes},
          {"bytes_per_s", static_cast<double>(peak.bytes) / in_seconds(width)},
          {"by_partition", std::move(partitions)}};
}

json keys_json(const TopicTruth& truth) {
  json keys = json::array();
  for (const auto& key : truth.heaviest_keys) {
    keys.push_back({{"key", key.key}, {"share", key.share}, {"partition", key.partition}});
  }
  return keys;
}

json sizing_json(const SizingTruth& sizing, const sizing::SizingSettings& settings) {
  return {{"partitions", sizing.partitions},
          {"model", sizing::name_of(settings.model)},
          {"factor", settings.factor},
          {"required_bytes_per_s", sizing.required.value},
          {"capacity_bytes_per_s", sizing.capacity.value},
          {"threshold_bytes_per_s", settings.threshold.value},
          {"floor", settings.floor()}};
}

}  // namespace

std::optional<std::string> truth_json(const FleetTopics& fleet, const TruthSettings& settings,
                                      const std::stop_token& stop) {
  Truth truths(settings);
  json topics = json::array();
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  for (const auto& topic : fleet.topics()) {
    if (stop.stop_requested()) return std::nullopt;
    const auto truth = truths.of(topic);
    std::int64_t topic_records = 0;
    std::int64_t topic_bytes = 0;
    for (const auto& log : truth.log) {
      topic_records += log.records();
      topic_bytes += log.bytes;
    }
    records += topic_records;
    bytes += topic_bytes;
    topics.push_back({{"name", topic.name()},
                      {"partitions", topic.partitions()},
                      {"replication_factor", topic.spec().replication_factor},
                      {"compacted", is_compacted(topic.spec())},
                      {"codec", name_of(topic.spec().codec)},
                      {"records", topic_records},
                      {"bytes", topic_bytes},
                      {"by_partition", log_json(truth)},
                      {"window_start", utc_text(truth.window_start)},
                      {"windows", truth.windows},
                      {"records_in_window", truth.records_in_window},
                      {"bytes_in_window", truth.bytes_in_window},
                      {"mean_bytes_per_s", truth.mean.value},
                      {"peak", peak_json(truth, settings.width)},
                      {"heaviest_keys", keys_json(truth)},
                      {"recommendation", sizing_json(truth.sizing, settings.sizing)}});
  }
  const json fleet_truth = {
      {"fleet", fleet.name()},
      {"now", utc_text(settings.now)},
      {"now_ms", settings.now.time_since_epoch().count()},
      {"start", utc_text(fleet.start())},
      {"window",
       {{"length_s", in_seconds(settings.length)}, {"width_s", in_seconds(settings.width)}}},
      {"records", records},
      {"bytes", bytes},
      {"topics", std::move(topics)}};
  return fleet_truth.dump(2) + "\n";
}

}  // namespace partwise::fleet
