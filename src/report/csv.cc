#include "report/csv.h"

#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace partwise::report {
namespace {

using sizing::TopicReport;

// Numbers as Python prints them, for the existing tool's readers: a float always has a point.
std::string python_float(double x) {
  auto text = fmt::format("{}", x);
  if (text.find_first_of(".einf") == std::string::npos) text += ".0";
  return text;
}

// REQUIRED_CONSUMPTION_THROUGHPUT_FACTOR was an integer unless it had a fraction.
std::string python_number(double x) {
  return x == std::floor(x) ? fmt::format("{:.0f}", x) : python_float(x);
}

template <class T>
std::string or_empty(const std::optional<T>& x) {
  return x ? fmt::format("{}", *x) : std::string();
}

void add_interval(std::vector<std::string>& row, const std::optional<Interval>& x) {
  row.push_back(x ? number_text(x->value) : std::string());
  row.push_back(x ? number_text(x->low) : std::string());
  row.push_back(x ? number_text(x->high) : std::string());
}

std::string line(const std::vector<std::string>& fields) {
  std::string text;
  for (const auto& field : fields) {
    if (&field != &fields.front()) text += ',';
    text += csv_field(field);
  }
  return text + "\n";
}

std::string failures_text(const TopicReport& topic) {
  std::vector<std::string> texts;
  for (const auto& failure : topic.failures) texts.push_back(failure.message);
  for (const auto& warning : topic.warnings) texts.push_back(warning);
  return joined(texts, "; ");
}

std::string yes_no(const std::optional<bool>& x) {
  if (!x) return "n/a";
  return *x ? "yes" : "no";
}

std::vector<std::string> existing_columns(const TopicReport& topic,
                                          const sizing::RunSettings& settings) {
  const auto required = required_rate(topic);
  return {settings.method,
          topic.name,
          yes_no(topic.compacted),
          or_empty(known_records(topic)),
          std::to_string(topic.partitions),
          required ? python_float(*required / mib) : "",
          required ? python_float(topic.capacity_bytes_per_s / mib) : "",
          or_empty(topic.recommended),
          std::string(name_of(topic.hot_ingress)),
          std::string(name_of(topic.hot_egress)),
          std::string(name_of(topic.status))};
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string detail_header() {
  return "method,topic_name,is_compacted,number_of_records,number_of_partitions,"
         "required_throughput,consumer_throughput,recommended_partitions,hot_partition_ingress,"
         "hot_partition_egress,status,"
         "recommended_low,recommended_high,decided_by,binding,reason,advice,records_in_window,"
         "mean_record_bytes,mean_record_bytes_low,mean_record_bytes_high,"
         "mean_bytes_per_s,mean_bytes_per_s_low,mean_bytes_per_s_high,"
         "peak_bytes_per_s,peak_bytes_per_s_low,peak_bytes_per_s_high,peak_window_start,"
         "required_bytes_per_s,required_bytes_per_s_low,required_bytes_per_s_high,"
         "capacity_bytes_per_s,hottest_partition_share,keys_moved_share,next_multiple,"
         "replication_factor,stored_bytes_per_record,lookups,records_read,failures,cluster_id,"
         "read_peak_bytes_per_s,cross_check_method,cross_check_recommended_partitions,"
         "cross_check_peak_bytes_per_s,retained_bytes\n";
}

std::string detail_row(const std::string& cluster_id, const TopicReport& topic,
                       const sizing::RunSettings& settings) {
  auto row = existing_columns(topic, settings);
  row.push_back(topic.recommended ? std::to_string(topic.recommended_range.low) : "");
  row.push_back(topic.recommended ? std::to_string(topic.recommended_range.high) : "");
  row.emplace_back(name_of(topic.decided_by));
  row.emplace_back(name_of(topic.binding));
  row.push_back(topic.reason);
  row.push_back(topic.advice);
  row.push_back(or_empty(topic.records_in_window));
  add_interval(row, topic.mean_record_bytes);
  add_interval(row, topic.mean_bytes_per_s);
  add_interval(row, topic.peak_bytes_per_s);
  row.push_back(peak_has_a_time(topic) ? utc_text(topic.peak->start) : "");
  add_interval(row, topic.required_bytes_per_s);
  row.push_back(topic.required_bytes_per_s ? number_text(topic.capacity_bytes_per_s) : "");
  row.push_back(or_empty(topic.hottest_partition_share));
  row.push_back(or_empty(topic.keys_moved_share));
  row.push_back(or_empty(topic.next_multiple));
  row.push_back(std::to_string(topic.replication_factor));
  row.push_back(or_empty(topic.stored_bytes_per_record));
  row.push_back(std::to_string(topic.lookups));
  row.push_back(std::to_string(topic.records_read));
  row.push_back(failures_text(topic));
  row.push_back(cluster_id);
  row.push_back(topic.read_peak_bytes_per_s ? number_text(topic.read_peak_bytes_per_s->value) : "");
  const auto other = topic.cross_check.value_or(sizing::CrossCheck{});
  row.push_back(other.method);
  row.push_back(or_empty(other.recommended));
  row.push_back(other.peak_bytes_per_s ? number_text(other.peak_bytes_per_s->value) : "");
  row.push_back(or_empty(topic.retained_bytes));
  return line(row);
}

std::string summary(const sizing::RecommendReport& run, const sizing::ClusterReport& cluster) {
  const auto& settings = run.settings;
  const auto sum = totals(cluster);
  const auto part = [](double count, double of) { return of > 0 ? count / of : 0.0; };
  const auto now = static_cast<double>(sum.active_partitions);
  const auto wanted = static_cast<double>(sum.recommended_partitions);
  const double active = sum.active;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"elapsed_time_hours", python_float(cluster.elapsed_s / 3600)},
      {"method", settings.method},
      {"required_consumption_throughput_factor", python_number(settings.sizing.factor)},
      {"minimum_required_throughput_threshold",
       python_float(settings.sizing.threshold.value / mib)},
      {"default_partition_count", std::to_string(settings.sizing.min_partitions)},
      {"sampling_batch_size", std::to_string(settings.sampling_batch_size)},
      {"sampling_days", python_number(settings.sampling_days)},
      {"sampling_max_consecutive_nulls", std::to_string(settings.sampling_max_consecutive_nulls)},
      {"sampling_timeout", python_float(settings.sampling_timeout_s)},
      {"sampling_max_continuous_failed_batches",
       std::to_string(settings.sampling_max_continuous_failed_batches)},
      {"total_topics", std::to_string(sum.topics)},
      {"internal_topics_included", settings.include_internal ? "True" : "False"},
      {"topic_filter", settings.topic_filter.empty() ? "None" : settings.topic_filter},
      {"active_topic_count", std::to_string(sum.active)},
      {"active_topic_percentage", python_float(100 * part(active, sum.topics))},
      {"total_partitions", std::to_string(sum.partitions)},
      {"total_recommended_partitions", std::to_string(sum.recommended_partitions)},
      {"active_total_partition_count", std::to_string(sum.active_partitions)},
      {"percentage_decrease", python_float(now > wanted ? 100 * part(now - wanted, now) : 0)},
      {"percentage_increase", python_float(wanted > now ? 100 * part(wanted - now, now) : 0)},
      {"total_records", std::to_string(sum.records)},
      {"average_partitions_per_topic",
       python_float(part(static_cast<double>(sum.partitions), sum.topics))},
      {"active_average_partitions_per_topic", python_float(part(now, active))},
      {"average_recommended_partitions_per_topic", python_float(part(wanted, active))},
      {"hot_partition_ingress_count", std::to_string(sum.hot_ingress)},
      {"hot_partition_ingress_percentage", python_float(100 * part(sum.hot_ingress, active))},
      {"hot_partition_egress_count", std::to_string(sum.hot_egress)},
      {"hot_partition_egress_percentage", python_float(100 * part(sum.hot_egress, active))},
      // Behind the existing names: what the existing tool does not tell.
      {"cluster_id", cluster.cluster_id},
      {"status", std::string(name_of(cluster.status))},
      {"empty_topic_count", std::to_string(sum.empty)},
      {"failed_topic_count", std::to_string(sum.failed)},
      {"lookups", std::to_string(cluster.lookups)},
      {"bytes_read", std::to_string(cluster.bytes_read)},
      {"error", cluster.error ? cluster.error->message : ""},
      {"service_requests", std::to_string(cluster.service_requests)},
      {"cluster_load", or_empty(cluster.cluster_load)},
      {"api_keys_left", std::to_string(run.keys_left.size())},
  };
  std::string text = "stat,value\n";
  for (const auto& [stat, value] : rows) text += line({stat, value});
  return text;
}

}  // namespace partwise::report
