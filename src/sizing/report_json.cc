#include "sizing/report_json.h"

#include <cmath>

#include "base/error_json.h"
#include "sizing/json_values.h"

namespace partwise::sizing {
namespace {

using json_values::json;
using json_values::number;
using json_values::optional;

json interval(const std::optional<Interval>& x) {
  if (!x) return nullptr;
  return {{"value", number(x->value)}, {"low", number(x->low)}, {"high", number(x->high)}};
}

json failure(const Failure& failed) {
  return {{"partition", optional(failed.partition)},
          {"step", failed.step},
          {"kind", name_of(failed.kind)},
          {"message", failed.message}};
}

json peak_window(const std::optional<PeakWindow>& peak) {
  if (!peak) return nullptr;
  return {{"start", utc_text(peak->start)},
          {"seconds", number(static_cast<double>(peak->width.count()) / 1000)},
          {"records", peak->records},
          {"exact", peak->exact}};
}

// Whole bytes, where there are many: one file may hold thousands of courses.
json course(const DemandCourse& demand) {
  if (demand.bytes_per_s.empty()) return nullptr;
  json rates = json::array();
  for (const auto& rate : demand.bytes_per_s) {
    rates.push_back(rate ? number(*rate < 1000 ? *rate : std::round(*rate)) : json(nullptr));
  }
  return {{"start", utc_text(demand.start)},
          {"step_s", number(static_cast<double>(demand.step.count()) / 1000)},
          {"bytes_per_s", rates}};
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

json cross_check(const std::optional<CrossCheck>& other) {
  if (!other) return nullptr;
  json value = {{"method", other->method},
                {"failure", other->failure.empty() ? json(nullptr) : json(other->failure)},
                {"mean_record_bytes", interval(other->mean_record_bytes)},
                {"mean_bytes_per_s", interval(other->mean_bytes_per_s)},
                {"peak_bytes_per_s", interval(other->peak_bytes_per_s)},
                {"recommended_partitions", nullptr}};
  if (other->recommended) {
    value["recommended_partitions"] = {{"value", *other->recommended},
                                       {"low", other->recommended_range.low},
                                       {"high", other->recommended_range.high}};
  }
  return value;
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
          {"records", optional(known_records(topic))},
          {"records_in_window", optional(topic.records_in_window)},
          {"window_start", dated ? json(utc_text(topic.window_start)) : json(nullptr)},
          {"window_end", dated ? json(utc_text(topic.window_end)) : json(nullptr)},
          {"mean_record_bytes", interval(topic.mean_record_bytes)},
          {"mean_bytes_per_s", interval(topic.mean_bytes_per_s)},
          {"peak_bytes_per_s", interval(topic.peak_bytes_per_s)},
          {"peak_window", peak_window(topic.peak)},
          {"demand", course(topic.course)},
          {"read_mean_bytes_per_s", interval(topic.read_mean_bytes_per_s)},
          {"read_peak_bytes_per_s", interval(topic.read_peak_bytes_per_s)},
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
          {"retained_bytes", optional(topic.retained_bytes)},
          {"stored_bytes_per_record", optional(topic.stored_bytes_per_record)},
          {"compression_ratio", optional(topic.compression_ratio)},
          {"lookups", topic.lookups},
          {"records_read", topic.records_read},
          {"cross_check", cross_check(topic.cross_check)},
          {"warnings", topic.warnings},
          {"failures", failures}};
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
          {"service_requests", cluster.service_requests},
          {"cluster_load", optional(cluster.cluster_load)},
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

void add_keys_left(json& value, const RecommendReport& report) {
  value["api_keys_left"] = json::array();
  for (const auto& error : report.keys_left) value["api_keys_left"].push_back(error.message);
}

std::string printed(const json& value) { return json_values::printed(value, 2) + "\n"; }

}  // namespace

std::string to_json(const RecommendReport& report) {
  auto value = document(report);
  for (const auto& cluster : report.clusters) value["clusters"].push_back(cluster_json(cluster));
  add_keys_left(value, report);
  return printed(value);
}

std::string to_json(const RecommendReport& report, const ClusterReport& cluster) {
  auto value = document(report);
  value["clusters"].push_back(cluster_json(cluster));
  add_keys_left(value, report);
  return printed(value);
}

}  // namespace partwise::sizing
