#include "sizing/result_record.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "sizing/json_values.h"

namespace partwise::sizing {
namespace {

using json_values::json;
using json_values::number;
using json_values::optional;
using json_values::printed;

struct Source {
  const RecommendReport& run;
  const std::string& cluster_id;
  const TopicReport& topic;
};

enum class Kind { text, time, count, amount, texts };

// From which both a record and its schema are made: neither can have what the other has not.
struct Field {
  std::string name;
  Kind kind = Kind::text;
  bool may_be_null = false;
  std::string description;
  std::function<json(const Source&)> value;
  std::string_view choices = {};  // of a text: "yes|no"
};

using Fields = std::vector<Field>;

constexpr bool always = false;
constexpr bool or_null = true;

void append(Fields& fields, Fields more) {
  fields.insert(fields.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

std::string_view yes_no(const std::optional<bool>& x) {
  if (!x) return "n/a";
  return *x ? "yes" : "no";
}

// ---- the fields ----

// Under the names, and in the order, of the existing recommender's records.
Fields existing_fields() {
  return {
      {"method", Kind::text, always, "How the demand was measured.",
       [](const Source& of) { return json(of.run.settings.method); },
       "sampling_records|metrics_api|prometheus"},
      {"topic_name", Kind::text, always, "Name of the topic.",
       [](const Source& of) { return json(of.topic.name); }},
      {"is_compacted", Kind::text, always,
       "Whether cleanup.policy has compact; n/a: the configuration could not be read.",
       [](const Source& of) { return json(yes_no(of.topic.compacted)); }, "yes|no|n/a"},
      {"number_of_records", Kind::count, or_null,
       "Offsets from log start to high watermark, over all partitions; by a metrics service, the "
       "records that came in the window. Null: it did not tell.",
       [](const Source& of) { return optional(known_records(of.topic)); }},
      {"number_of_partitions", Kind::count, always, "Partitions that the topic has.",
       [](const Source& of) { return json(of.topic.partitions); }},
      {"required_throughput", Kind::amount, or_null,
       "Bytes per second that the topic has to carry: its busiest window times the factor for "
       "growth. A bound from above, where the busiest window did not have to be found. Null: not "
       "measured.",
       [](const Source& of) { return optional(required_rate(of.topic)); }},
      {"consumer_throughput", Kind::amount, or_null,
       "Bytes per second that required_throughput is divided by: what one partition carries. "
       "Null: not measured.",
       [](const Source& of) {
         return of.topic.required_bytes_per_s ? number(of.topic.capacity_bytes_per_s)
                                              : json(nullptr);
       }},
      {"recommended_partitions", Kind::count, or_null,
       "Partitions that the topic should have. Null: no answer.",
       [](const Source& of) { return optional(of.topic.recommended); }},
      {"hot_partition_ingress", Kind::text, always,
       "Whether one partition needs more than producers can put into one, or the metrics service "
       "says "
       "that one is hot; n/a: not told.",
       [](const Source& of) { return json(name_of(of.topic.hot_ingress)); }, "yes|no|n/a"},
      {"hot_partition_egress", Kind::text, always,
       "Whether one partition needs more than one consumer can take from it, or the metrics "
       "service "
       "says that one is hot; n/a: not told.",
       [](const Source& of) { return json(name_of(of.topic.hot_egress)); }, "yes|no|n/a"},
      {"status", Kind::text, always,
       "active: it holds records; empty: it holds none; error: it could not be measured.",
       [](const Source& of) { return json(name_of(of.topic.status)); }, "active|empty|error"},
  };
}

Fields run_fields() {
  return {
      {"kafka_cluster_id", Kind::text, always, "Id of the cluster that the topic is on.",
       [](const Source& of) { return json(of.cluster_id); }},
      {"analyzed_at", Kind::time, always,
       "When the run began, in UTC; the same for all its topics.",
       [](const Source& of) { return json(utc_text(of.run.started)); }},
      {"partwise_version", Kind::text, always, "Version of the program that wrote the record.",
       [](const Source& of) { return json(of.run.version); }},
  };
}

Fields answer_fields() {
  const auto limit = [](int PartitionRange::* end) {
    return [end](const Source& of) {
      return of.topic.recommended ? json(of.topic.recommended_range.*end) : json(nullptr);
    };
  };
  return {
      {"recommended_low", Kind::count, or_null,
       "Least count that what was not measured leaves possible.", limit(&PartitionRange::low)},
      {"recommended_high", Kind::count, or_null,
       "Largest count that what was not measured leaves possible.", limit(&PartitionRange::high)},
      {"decided_by", Kind::text, always, "What made the count certain, or as certain as it is.",
       [](const Source& of) { return json(name_of(of.topic.decided_by)); }},
      {"binding", Kind::text, always, "What the count is bound by.",
       [](const Source& of) { return json(name_of(of.topic.binding)); }},
      {"reason", Kind::text, always, "The arithmetic in one line, for people.",
       [](const Source& of) { return json(of.topic.reason); }},
      {"advice", Kind::text, always, "What to do about it, for people; may be empty.",
       [](const Source& of) { return json(of.topic.advice); }},
      {"keys_moved_share", Kind::amount, or_null,
       "Share of the keys, 0 to 1, that change their partition by going to the recommended count.",
       [](const Source& of) { return optional(of.topic.keys_moved_share); }},
      {"next_multiple", Kind::count, or_null,
       "Least multiple of the present count that is at least the recommended one.",
       [](const Source& of) { return optional(of.topic.next_multiple); }},
      {"next_multiple_keys_moved_share", Kind::amount, or_null,
       "Share of the keys, 0 to 1, that change their partition by going to next_multiple.",
       [](const Source& of) { return optional(of.topic.next_multiple_moved_share); }},
  };
}

// A measured number with its 95 % limits.
Fields interval_fields(const std::string& name, std::optional<Interval> TopicReport::* member,
                       const std::string& description) {
  const auto end = [&](const char* suffix, const char* which, double Interval::* part) {
    return Field{name + suffix, Kind::amount, or_null, description + which,
                 [member, part](const Source& of) {
                   const auto& interval = of.topic.*member;
                   return interval ? number(*interval.*part) : json(nullptr);
                 }};
  };
  return {end("", "", &Interval::value),
          end("_low", " Lower end of the interval: 95 %, or certain where it was counted.",
              &Interval::low),
          end("_high", " Upper end of the interval: 95 %, or certain where it was counted.",
              &Interval::high)};
}

// Where no window was looked at, the times of the first and the last say nothing.
std::function<json(const Source&)> window_time(Instant TopicReport::* member) {
  return [member](const Source& of) {
    return of.topic.windows > 0 ? json(utc_text(of.topic.*member)) : json(nullptr);
  };
}

Fields demand_fields() {
  Fields fields = {
      {"records_in_window", Kind::count, or_null,
       "Records between window_start and window_end. Null: the answer did not need it.",
       [](const Source& of) { return optional(of.topic.records_in_window); }},
      {"window_start", Kind::time, or_null, "Begin of the time that was looked at, in UTC.",
       window_time(&TopicReport::window_start)},
      {"window_end", Kind::time, or_null, "End of the time that was looked at, in UTC.",
       window_time(&TopicReport::window_end)},
  };
  append(fields, interval_fields("mean_record_bytes", &TopicReport::mean_record_bytes,
                                 "Bytes of a record on average: of key, value and headers before "
                                 "compression, or, by a metrics service, as producers sent it."));
  append(fields, interval_fields("mean_bytes_per_s", &TopicReport::mean_bytes_per_s,
                                 "Bytes per second, on average from window_start to window_end."));
  append(fields, interval_fields("peak_bytes_per_s", &TopicReport::peak_bytes_per_s,
                                 "Bytes per second in the busiest window."));
  append(fields, interval_fields("required_bytes_per_s", &TopicReport::required_bytes_per_s,
                                 "Bytes per second that the topic has to carry."));
  append(fields, {{"peak_window_start", Kind::time, or_null, "Begin of the busiest window, in UTC.",
                   [](const Source& of) {
                     return peak_has_a_time(of.topic) ? json(utc_text(of.topic.peak->start))
                                                      : json(nullptr);
                   }},
                  {"peak_window_seconds", Kind::amount, or_null,
                   "Length of the busiest window in seconds.", [](const Source& of) {
                     return peak_has_a_time(of.topic) ? number(seconds(of.topic.peak->width))
                                                      : json(nullptr);
                   }}});
  return fields;
}

Fields spread_fields() {
  return {
      {"hottest_partition", Kind::count, or_null,
       "Number of the partition with the most records in the busiest window.",
       [](const Source& of) {
         const int partition = of.topic.hottest_partition;
         return partition < 0 ? json(nullptr) : json(partition);
       }},
      {"hottest_partition_share", Kind::amount, or_null,
       "Its share, 0 to 1, of the busiest window's records.",
       [](const Source& of) { return optional(of.topic.hottest_partition_share); }},
      {"heaviest_key_share", Kind::amount, or_null,
       "Share, 0 to 1, of the topic's bytes that one key carries, where it is much.",
       [](const Source& of) {
         return of.topic.hot_key ? number(of.topic.hot_key->share.value) : json(nullptr);
       }},
      {"replication_factor", Kind::count, always, "Replicas of each partition.",
       [](const Source& of) { return json(of.topic.replication_factor); }},
      {"stored_bytes_per_record", Kind::amount, or_null, "Bytes on disk for each record.",
       [](const Source& of) { return optional(of.topic.stored_bytes_per_record); }},
      {"compression_ratio", Kind::amount, or_null, "Bytes before compression over bytes on disk.",
       [](const Source& of) { return optional(of.topic.compression_ratio); }},
  };
}

Fields effort_fields() {
  return {
      {"lookups", Kind::count, always, "Offsets that were looked up by time.",
       [](const Source& of) { return json(of.topic.lookups); }},
      {"records_read", Kind::count, always, "Records that were read.",
       [](const Source& of) { return json(of.topic.records_read); }},
      {"failures", Kind::texts, always, "What could not be read, for people; mostly empty.",
       [](const Source& of) {
         json texts = json::array();
         for (const auto& failure : of.topic.failures) texts.push_back(failure.message);
         return texts;
       }},
      {"warnings", Kind::texts, always, "What makes the answer less certain, for people.",
       [](const Source& of) { return json(of.topic.warnings); }},
  };
}

Fields value_fields() {
  auto fields = existing_fields();
  for (auto more : {run_fields, answer_fields, demand_fields, spread_fields, effort_fields}) {
    append(fields, more());
  }
  return fields;
}

Fields key_fields() {
  const auto all = value_fields();
  Fields fields;
  for (const std::string_view name : {"kafka_cluster_id", "topic_name"}) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Field& field) { return field.name == name; });
    CHECK(found != all.end());
    fields.push_back(*found);
  }
  return fields;
}

// ---- what is made of them ----

json object_of(const Fields& fields, const Source& source) {
  auto object = json::object();
  for (const auto& field : fields) object[field.name] = field.value(source);
  return object;
}

const char* type_of(Kind kind) {
  switch (kind) {
    case Kind::text:
    case Kind::time:
      return "string";
    case Kind::count:
      return "integer";
    case Kind::amount:
      return "number";
    case Kind::texts:
      return "array";
  }
  return "string";
}

json schema_of(const Field& field) {
  const auto* type = type_of(field.kind);
  auto schema = json::object();
  schema["type"] = field.may_be_null ? json({type, "null"}) : json(type);
  if (!field.choices.empty()) schema["enum"] = listed(field.choices, '|');
  if (field.kind == Kind::count || field.kind == Kind::amount) schema["minimum"] = 0;
  if (field.kind == Kind::time) schema["format"] = "date-time";
  if (field.kind == Kind::texts) schema["items"] = {{"type", "string"}};
  schema["description"] = field.description;
  return schema;
}

json names_of(const Fields& fields) {
  json names = json::array();
  for (const auto& field : fields) names.push_back(field.name);
  return names;
}

json schema_of(const char* title, const char* description, const Fields& fields,
               const Fields& required) {
  auto properties = json::object();
  for (const auto& field : fields) properties[field.name] = schema_of(field);
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", title},
          {"description", description},
          {"type", "object"},
          {"properties", properties},
          {"required", names_of(required)}};
}

}  // namespace

ResultRecord result_record(const RecommendReport& run, const std::string& cluster_id,
                           const TopicReport& topic) {
  static const auto key = key_fields();
  static const auto value = value_fields();
  const Source source{run, cluster_id, topic};
  return {printed(object_of(key, source), -1), printed(object_of(value, source), -1)};
}

ResultSchemas result_schemas() {
  const auto key =
      schema_of("PartitionRecommendationKey", "The topic that a partition recommendation is for.",
                key_fields(), key_fields());
  auto value = schema_of("PartitionRecommendation",
                         "How many partitions a topic should have, why, and how sure that is.",
                         value_fields(), existing_fields());
  value["additionalProperties"] = false;
  return {printed(key, -1), printed(value, -1)};
}

}  // namespace partwise::sizing
