#include "metrics/prometheus_flavour.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::metrics {
namespace {

constexpr std::size_t names_shown = 8;

Meter named(std::string metric, std::string matchers = {}) {
  return {std::move(metric), std::move(matchers)};
}

// A name with a suffix for each of bytes in, bytes out and records in.
Flavour brokers(std::string name, std::string title, Reading reading, const std::string& suffix) {
  const std::string stem = "kafka_server_brokertopicmetrics_";
  Flavour flavour;
  flavour.name = std::move(name);
  flavour.title = std::move(title);
  flavour.reading = reading;
  flavour.topic_label = "topic";
  flavour.partition_label = "partition";
  flavour.bytes_in = named(stem + "bytesin" + suffix);
  flavour.bytes_out = named(stem + "bytesout" + suffix);
  flavour.records = named(stem + "messagesin" + suffix);
  flavour.retained = named("kafka_log_log_size");
  flavour.retained_by_replica = true;
  return flavour;
}

// Without rules, the attribute ends the metric's name and the MBean's name is a label.
Flavour plain(std::string name, std::string title, Reading reading, const std::string& metric) {
  auto flavour = brokers(std::move(name), std::move(title), reading, "");
  flavour.bytes_in = named(metric, R"(name=~"(?i)BytesInPerSec")");
  flavour.bytes_out = named(metric, R"(name=~"(?i)BytesOutPerSec")");
  flavour.records = named(metric, R"(name=~"(?i)MessagesInPerSec")");
  flavour.retained = named("kafka_log_log_value", R"(name=~"(?i)Size")");
  return flavour;
}

Flavour redpanda() {
  Flavour flavour;
  flavour.name = "redpanda";
  flavour.title = "Redpanda's /public_metrics";
  flavour.topic_label = "redpanda_topic";
  flavour.partition_label = "redpanda_partition";
  const std::string kafka = R"(redpanda_namespace="kafka")";
  flavour.bytes_in =
      named("redpanda_kafka_request_bytes_total", kafka + R"(,redpanda_request="produce")");
  flavour.bytes_out =
      named("redpanda_kafka_request_bytes_total", kafka + R"(,redpanda_request="consume")");
  flavour.records = named("redpanda_kafka_records_produced_total", kafka);
  return flavour;
}

Flavour confluent_export() {
  const std::string stem = "confluent_kafka_server_";
  Flavour flavour;
  flavour.name = "confluent_export";
  flavour.title = "Confluent Cloud's /export";
  flavour.reading = Reading::minute_delta;
  flavour.topic_label = "topic";
  flavour.bytes_in = named(stem + "received_bytes");
  flavour.bytes_out = named(stem + "sent_bytes");
  flavour.records = named(stem + "received_records");
  flavour.retained = named(stem + "retained_bytes");
  flavour.hot_ingress = named(stem + "hot_partition_ingress");
  flavour.hot_egress = named(stem + "hot_partition_egress");
  flavour.load = named(stem + "cluster_load_percent");
  return flavour;
}

// Replicas are in kminion's sizes, so they are left out.
Flavour offsets(std::string name, std::string title, std::string metric, const std::string& topic,
                const std::string& partition) {
  Flavour flavour;
  flavour.name = std::move(name);
  flavour.title = std::move(title);
  flavour.reading = Reading::offset;
  flavour.topic_label = topic;
  flavour.partition_label = partition;
  flavour.records = named(std::move(metric));
  return flavour;
}

std::vector<Flavour> made_flavours() {
  return {
      brokers("jmx", "prometheus/jmx_exporter with its example rules", Reading::counter, "_total"),
      brokers("kcp", "jmx_exporter with the names that confluentinc/kcp reads", Reading::counter,
              "persec_total"),
      brokers("confluent_stack",
              "jmx_exporter with the rules of confluentinc/jmx-monitoring-stacks", Reading::counter,
              "persec"),
      plain("jmx_plain", "jmx_exporter without rules, as MSK's open monitoring", Reading::counter,
            "kafka_server_brokertopicmetrics_count"),
      redpanda(),
      confluent_export(),
      brokers("confluent_stack_rates", "the one-minute rates of confluent_stack", Reading::rate,
              "persec_oneminuterate"),
      plain("jmx_plain_rates", "the one-minute rates of jmx_plain", Reading::rate,
            "kafka_server_brokertopicmetrics_oneminuterate"),
      offsets("kafka_exporter", "danielqsj/kafka_exporter", "kafka_topic_partition_current_offset",
              "topic", "partition"),
      offsets("kminion", "redpanda-data/kminion", "kminion_kafka_topic_partition_high_water_mark",
              "topic_name", "partition_id"),
  };
}

std::array<Meter Flavour::*, 7> meters() {
  return {&Flavour::bytes_in,    &Flavour::bytes_out,  &Flavour::records, &Flavour::retained,
          &Flavour::hot_ingress, &Flavour::hot_egress, &Flavour::load};
}

const Meter& main_meter(const Flavour& flavour) {
  return flavour.tells_bytes() ? flavour.bytes_in : flavour.records;
}

auto merit(const Flavour& flavour) {
  return std::tuple(flavour.tells_bytes(), flavour.reading != Reading::rate, flavour.records.told(),
                    flavour.bytes_out.told());
}

std::string looked_for(const std::string& wanted) {
  std::vector<std::string> parts;
  for (const auto& flavour : known_flavours()) {
    if (!wanted.empty() && flavour.name != wanted) continue;
    parts.push_back(fmt::format("{} ({})", main_meter(flavour).metric, flavour.name));
  }
  return joined(parts, ", ");
}

bool like_kafka(const std::string& metric) {
  const auto name = lowered(metric);
  return name.find("kafka") != std::string::npos || name.starts_with("redpanda") ||
         name.starts_with("confluent");
}

std::string seen_text(std::span<const std::string> metrics) {
  std::vector<std::string> seen;
  std::size_t count = 0;
  for (const auto& metric : metrics) {
    if (!like_kafka(metric)) continue;
    if (++count <= names_shown) seen.push_back(metric);
  }
  if (count == 0) return fmt::format("none of {} looks like Kafka's", metrics.size());
  auto text = "what looks like Kafka's is " + joined(seen, ", ");
  if (count > seen.size()) text += fmt::format(" and {} more", count - seen.size());
  return quotable(text);
}

std::string_view told_as(Reading reading) {
  switch (reading) {
    case Reading::counter:
      return "as counters";
    case Reading::rate:
      return "as one-minute rates";
    case Reading::minute_delta:
      return "by the minute";
    case Reading::offset:
      break;
  }
  return "as offsets";
}

std::string told_text(const Flavour& flavour) {
  std::vector<std::string> parts;
  if (flavour.bytes_in.told()) parts.emplace_back("bytes in");
  if (flavour.bytes_out.told()) parts.emplace_back("bytes out");
  if (flavour.records.told()) parts.emplace_back("records");
  if (flavour.retained.told()) parts.emplace_back("retained bytes");
  return joined(parts, ", ");
}

std::string why_not(const Flavour& other, const Flavour& chosen) {
  if (chosen.tells_bytes() && !other.tells_bytes()) return "no bytes";
  if (chosen.reading != Reading::rate && other.reading == Reading::rate) return "one-minute rates";
  return told_text(other);
}

}  // namespace

std::span<const Flavour> known_flavours() {
  static const auto flavours = made_flavours();
  return flavours;
}

std::string flavour_names() { return joined(listed(flavour_choices, '|'), ", "); }

Result<std::vector<Flavour>> flavours_in(std::span<const std::string> metrics,
                                         const std::string& wanted) {
  const auto known = known_flavours();
  if (!wanted.empty() && std::none_of(known.begin(), known.end(),
                                      [&](const Flavour& each) { return each.name == wanted; })) {
    return fail(ErrorKind::invalid_input, fmt::format("no flavour is called {}", quotable(wanted)),
                "one of " + flavour_names(), "--prometheus-flavour");
  }
  std::map<std::string, std::string> as_found;
  for (const auto& metric : metrics) as_found.emplace(lowered(metric), metric);

  std::vector<Flavour> found;
  for (auto flavour : known) {
    if (!wanted.empty() && flavour.name != wanted) continue;
    const bool there = as_found.contains(main_meter(flavour).metric);
    for (const auto meter : meters()) {
      const auto name = as_found.find((flavour.*meter).metric);
      flavour.*meter =
          name == as_found.end() ? Meter{} : named(name->second, (flavour.*meter).matchers);
    }
    if (there) found.push_back(std::move(flavour));
  }
  if (found.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("this Prometheus has no metric that tells traffic by topic: looked for "
                            "{}; {}",
                            looked_for(wanted), seen_text(metrics)),
                "let it scrape an exporter of the brokers' metrics, such as prometheus/"
                "jmx_exporter with its example rules for Kafka");
  }
  std::stable_sort(found.begin(), found.end(), [](const Flavour& one, const Flavour& other) {
    return merit(one) > merit(other);
  });
  return found;
}

std::string metric_names_regex() {
  std::vector<std::string> names;
  for (const auto& flavour : known_flavours()) {
    for (const auto meter : meters()) {
      const auto& name = (flavour.*meter).metric;
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return "(?i)(" + joined(names, "|") + ")";
}

std::string choice_text(const Flavour& chosen, std::span<const Flavour> all) {
  auto text = fmt::format("{} ({}): {}, {}", chosen.name, chosen.title, told_text(chosen),
                          told_as(chosen.reading));
  std::vector<std::string> others;
  for (const auto& other : all) {
    if (other.name == chosen.name) continue;
    others.push_back(fmt::format("{} ({})", other.name, why_not(other, chosen)));
  }
  return others.empty() ? text : text + "; rather than " + joined(others, ", ");
}

}  // namespace partwise::metrics
