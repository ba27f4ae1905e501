#include "sizing/report_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace partwise::sizing {
namespace {

using json = nlohmann::ordered_json;

// A number that JSON can hold; measured values need no more than nine digits.
json number(double x) {
  if (!std::isfinite(x)) return nullptr;
  if (x == std::floor(x) && std::abs(x) < 1e15) return static_cast<std::int64_t>(x);
  const double scale = std::pow(10.0, 9 - std::ceil(std::log10(std::abs(x))));
  return std::round(x * scale) / scale;
}

json interval(const std::optional<Interval>& x) {
  if (!x) return nullptr;
  return {{"value", number(x->value)}, {"low", number(x->low)}, {"high", number(x->high)}};
}

template <class T>
json optional(const std::optional<T>& x) {
  if (!x) return nullptr;
  if constexpr (std::is_floating_point_v<T>) {
    return number(*x);
  } else {
    return *x;
  }
}

std::string_view kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_input:
      return "invalid_input";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::interrupted:
      return "interrupted";
  }
  return "unavailable";
}

json failure(const Failure& failed) {
  return {{"partition", optional(failed.partition)},
          {"step", failed.step},
          {"kind", kind_name(failed.kind)},
          {"message", failed.message}};
}

json peak_window(const std::optional<PeakWindow>& peak) {
  if (!peak) return nullptr;
  return {{"start", utc_text(peak->start)},
          {"seconds", number(static_cast<double>(peak->width.count()) / 1000)},
          {"records", peak->records},
          {"exact", peak->exact}};
}

json recommended(const TopicReport& topic) {
  if (!topic.recommended) return nullptr;
  return {{"value", *topic.recommended},
          {"low", topic.recommended_range.low},
          {"high", topic.recommended_range.high}};
}

json by_ratio_model(const TopicReport& topic) {
  if (!topic.by_ratio_model) return nullptr;
  return {{"low", topic.by_ratio_model->low}, {"high", topic.by_ratio_model->high}};
}

json hot_key(const std::optional<HotKey>& key) {
  if (!key) return nullptr;
  return {{"bytes_share", interval(key->share)},
          {"example", {{"partition", key->partition}, {"offset", key->offset}}}};
}

json topic_json(const TopicReport& topic) {
  json failures = json::array();
  for (const auto& failed : topic.failures) failures.push_back(failure(failed));
  const bool dated = topic.windows > 0;
  return {{"name", topic.name},
          {"status", name_of(topic.status)},
          {"is_compacted", optional(topic.compacted)},
          {"partitions", topic.partitions},
          {"replication_factor", topic.replication_factor},
          {"records", topic.records},
          {"records_in_window", optional(topic.records_in_window)},
          {"window_start", dated ? json(utc_text(topic.window_start)) : json(nullptr)},
          {"window_end", dated ? json(utc_text(topic.window_end)) : json(nullptr)},
          {"mean_record_bytes", interval(topic.mean_record_bytes)},
          {"mean_bytes_per_s", interval(topic.mean_bytes_per_s)},
          {"peak_bytes_per_s", interval(topic.peak_bytes_per_s)},
          {"peak_window", peak_window(topic.peak)},
          {"required_bytes_per_s", interval(topic.required_bytes_per_s)},
          {"capacity_bytes_per_s", number(topic.capacity_bytes_per_s)},
          {"recommended_partitions", recommended(topic)},
          {"recommended_by_ratio_model", by_ratio_model(topic)},
          {"decided_by", name_of(topic.decided_by)},
          {"binding", name_of(topic.binding)},
          {"reason", topic.reason},
          {"advice", topic.advice},
          {"hottest_partition",
           topic.hottest_partition < 0 ? json(nullptr) : json(topic.hottest_partition)},
          {"hottest_partition_share", optional(topic.hottest_partition_share)},
          {"hot_partition_ingress", name_of(topic.hot_ingress)},
          {"hot_partition_egress", name_of(topic.hot_egress)},
          {"heaviest_key", hot_key(topic.hot_key)},
          {"keys_moved_share", optional(topic.keys_moved_share)},
          {"next_multiple", optional(topic.next_multiple)},
          {"next_multiple_keys_moved_share", optional(topic.next_multiple_moved_share)},
          {"stored_bytes_per_record", optional(topic.stored_bytes_per_record)},
          {"compression_ratio", optional(topic.compression_ratio)},
          {"lookups", topic.lookups},
          {"records_read", topic.records_read},
          {"warnings", topic.warnings},
          {"failures", failures}};
}

json error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return {{"kind", kind_name(error->kind)}, {"message", error->message}, {"hint", error->hint}};
}

json totals_json(const ClusterReport& cluster) {
  const auto sum = totals(cluster);
  return {{"topics", sum.topics},
          {"active", sum.active},
          {"empty", sum.empty},
          {"failed", sum.failed},
          {"partitions", sum.partitions},
          {"active_partitions", sum.active_partitions},
          {"recommended_partitions", sum.recommended_partitions},
          {"records", sum.records}};
}

json traffic_json(const Traffic& traffic) {
  return {{"requests", traffic.requests},
          {"list_offsets_requests", traffic.list_offsets_requests},
          {"list_offsets_s", number(traffic.list_offsets_s)},
          {"fetch_requests", traffic.fetch_requests},
          {"bytes_received", traffic.bytes_received},
          {"bytes_fetched", traffic.bytes_fetched}};
}

json cluster_json(const ClusterReport& cluster) {
  json topics = json::array();
  for (const auto& topic : cluster.topics) topics.push_back(topic_json(topic));
  return {{"cluster_id", cluster.cluster_id},
          {"bootstrap_servers", cluster.bootstrap_servers},
          {"status", name_of(cluster.status)},
          {"error", error_json(cluster.error)},
          {"brokers", cluster.brokers},
          {"elapsed_s", number(cluster.elapsed_s)},
          {"lookups", cluster.lookups},
          {"bytes_read", cluster.bytes_read},
          {"bytes_stored", optional(cluster.bytes_stored)},
          {"traffic", traffic_json(cluster.traffic)},
          {"totals", totals_json(cluster)},
          {"warnings", cluster.warnings},
          {"topics", topics}};
}

json settings_json(const RunSettings& settings) {
  const auto& sizing = settings.sizing;
  return {{"model", name_of(sizing.model)},
          {"method", settings.method},
          {"decide", settings.decide},
          {"min_recommended_partitions", sizing.min_partitions},
          {"min_consumption_throughput_bytes_per_s", number(sizing.threshold.value)},
          {"required_consumption_throughput_factor", number(sizing.factor)},
          {"consumer_throughput_bytes_per_s", number(sizing.consumer_capacity.value)},
          {"producer_throughput_bytes_per_s",
           sizing.producer_capacity ? number(sizing.producer_capacity->value) : json(nullptr)},
          {"consumers", sizing.consumers},
          {"peak_window_s", number(static_cast<double>(settings.peak_window.count()) / 1000)},
          {"peak_quantile", number(settings.peak_quantile)},
          {"sampling_days", number(settings.sampling_days)},
          {"internal_topics_included", settings.include_internal},
          {"topic_filter", settings.topic_filter}};
}

json document(const RecommendReport& report) {
  return {{"schema", report_schema},
          {"version", report.version},
          {"started", utc_text(report.started)},
          {"settings", settings_json(report.settings)},
          {"clusters", json::array()}};
}

std::string printed(const json& value) {
  // Topic names and librdkafka's texts are not guaranteed to be UTF-8.
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const RecommendReport& report) {
  auto value = document(report);
  for (const auto& cluster : report.clusters) value["clusters"].push_back(cluster_json(cluster));
  return printed(value);
}

std::string to_json(const RecommendReport& report, const ClusterReport& cluster) {
  auto value = document(report);
  value["clusters"].push_back(cluster_json(cluster));
  return printed(value);
}

}  // namespace partwise::sizing
