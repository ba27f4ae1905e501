#include "broker/topic_config.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace partwise::broker {
namespace {

constexpr std::string_view long_max = "9223372036854775807";
constexpr double int_max = 2147483647;

// source: `kafka-configs --describe --all` of Apache Kafka 4.3.1 and its documentation of types and
// ranges
constexpr std::array kinds = std::to_array<ConfigKind>({
    {"cleanup.policy", ConfigType::list, "delete", "log.cleanup.policy", 0, 0, "compact|delete"},
    {"compression.gzip.level", ConfigType::integer, "-1", "compression.gzip.level", -1, 9},
    {"compression.lz4.level", ConfigType::integer, "9", "compression.lz4.level", 1, 17},
    {"compression.type", ConfigType::text, "producer", "compression.type", 0, 0,
     "uncompressed|zstd|lz4|snappy|gzip|producer"},
    {"compression.zstd.level", ConfigType::integer, "3", "compression.zstd.level", -131072, 22},
    {"delete.retention.ms", ConfigType::long_integer, "86400000", "log.cleaner.delete.retention.ms",
     0},
    {"file.delete.delay.ms", ConfigType::long_integer, "60000", "log.segment.delete.delay.ms", 0},
    {"flush.messages", ConfigType::long_integer, long_max, "log.flush.interval.messages", 1},
    {"flush.ms", ConfigType::long_integer, long_max, "", 0},
    {"follower.replication.throttled.replicas", ConfigType::list, "", ""},
    {"index.interval.bytes", ConfigType::integer, "4096", "log.index.interval.bytes", 0, int_max},
    {"leader.replication.throttled.replicas", ConfigType::list, "", ""},
    {"local.retention.bytes", ConfigType::long_integer, "-2", "log.local.retention.bytes", -2},
    {"local.retention.ms", ConfigType::long_integer, "-2", "log.local.retention.ms", -2},
    {"max.compaction.lag.ms", ConfigType::long_integer, long_max,
     "log.cleaner.max.compaction.lag.ms", 1},
    {"max.message.bytes", ConfigType::integer, "1048588", "message.max.bytes", 0, int_max},
    {"message.timestamp.after.max.ms", ConfigType::long_integer, "3600000",
     "log.message.timestamp.after.max.ms", 0},
    {"message.timestamp.before.max.ms", ConfigType::long_integer, long_max,
     "log.message.timestamp.before.max.ms", 0},
    {"message.timestamp.type", ConfigType::text, "CreateTime", "log.message.timestamp.type", 0, 0,
     "CreateTime|LogAppendTime"},
    {"min.cleanable.dirty.ratio", ConfigType::number, "0.5", "log.cleaner.min.cleanable.ratio", 0,
     1},
    {"min.compaction.lag.ms", ConfigType::long_integer, "0", "log.cleaner.min.compaction.lag.ms",
     0},
    {"min.insync.replicas", ConfigType::integer, "1", "min.insync.replicas", 1, int_max},
    {"preallocate", ConfigType::boolean, "false", "log.preallocate"},
    {"remote.log.copy.disable", ConfigType::boolean, "false", ""},
    {"remote.log.delete.on.disable", ConfigType::boolean, "false", ""},
    {"remote.storage.enable", ConfigType::boolean, "false", ""},
    {"retention.bytes", ConfigType::long_integer, "-1", "log.retention.bytes"},
    {"retention.ms", ConfigType::long_integer, "604800000", "log.retention.ms", -1},
    {"segment.bytes", ConfigType::integer, "1073741824", "log.segment.bytes", 1048576, int_max},
    {"segment.index.bytes", ConfigType::integer, "10485760", "log.index.size.max.bytes", 4,
     int_max},
    {"segment.jitter.ms", ConfigType::long_integer, "0", "", 0},
    {"segment.ms", ConfigType::long_integer, "604800000", "", 1},
    {"unclean.leader.election.enable", ConfigType::boolean, "false",
     "unclean.leader.election.enable"},
});

template <class Number>
bool holds_number(const ConfigKind& kind, std::string_view value) {
  Number number{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc{} && end == value.data() + value.size() &&
         static_cast<double>(number) >= kind.least && static_cast<double>(number) <= kind.most;
}

bool is_choice(const ConfigKind& kind, std::string_view value) {
  const auto choices = listed(kind.choices, '|');
  return choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end();
}

bool is_valid(const ConfigKind& kind, std::string_view value) {
  switch (kind.type) {
    case ConfigType::boolean: {
      const auto word = lowered(value);
      return word == "true" || word == "false";
    }
    case ConfigType::integer:
    case ConfigType::long_integer:
      return holds_number<std::int64_t>(kind, value);
    case ConfigType::number:
      return holds_number<double>(kind, value);
    case ConfigType::text:
      return is_choice(kind, value);
    case ConfigType::list: {
      const auto items = listed(value);
      return std::all_of(items.begin(), items.end(),
                         [&](const std::string& item) { return is_choice(kind, item); });
    }
  }
  return false;
}

}  // namespace

std::span<const ConfigKind> topic_config_kinds() { return kinds; }

const ConfigKind* find_topic_config(std::string_view name) {
  const auto* found = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const ConfigKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : found;
}

Result<> check_topic_config(std::string_view name, std::string_view value) {
  const auto* kind = find_topic_config(name);
  if (kind == nullptr) {
    return fail(ErrorKind::invalid_input, fmt::format("Unknown topic config name: {}", name));
  }
  if (!is_valid(*kind, value)) {
    return fail(ErrorKind::invalid_input,
                fmt::format("Invalid value {} for configuration {}", value, name));
  }
  return {};
}

std::string_view topic_config(const TopicConfigs& configs, std::string_view name) {
  const auto set = configs.find(name);
  if (set != configs.end()) return set->second;
  const auto* kind = find_topic_config(name);
  CHECK(kind != nullptr);
  return kind->fallback;
}

std::int64_t topic_config_number(const TopicConfigs& configs, std::string_view name) {
  const auto text = topic_config(configs, name);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  CHECK(error == std::errc{} && end == text.data() + text.size());
  return number;
}

LogRules log_rules(const TopicConfigs& configs) {
  const auto policies = listed(topic_config(configs, "cleanup.policy"));
  const auto has = [&](std::string_view policy) {
    return std::find(policies.begin(), policies.end(), policy) != policies.end();
  };
  LogRules rules;
  rules.max_message_bytes = topic_config_number(configs, "max.message.bytes");
  rules.stamps_itself = topic_config(configs, "message.timestamp.type") == "LogAppendTime";
  rules.compacts = has("compact");
  rules.deletes = has("delete");
  rules.after_max_ms = topic_config_number(configs, "message.timestamp.after.max.ms");
  rules.before_max_ms = topic_config_number(configs, "message.timestamp.before.max.ms");
  rules.retention_ms = topic_config_number(configs, "retention.ms");
  rules.retention_bytes = topic_config_number(configs, "retention.bytes");
  return rules;
}

}  // namespace partwise::broker
