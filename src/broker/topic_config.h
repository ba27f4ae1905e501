// The settings of a topic: which there are, their defaults, and what values they take.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::broker {

/// The number that DescribeConfigs gives each type.
enum class ConfigType : std::int8_t {
  boolean = 1,
  text = 2,
  integer = 3,
  long_integer = 5,
  number = 6,
  list = 7
};

struct ConfigKind {
  std::string_view name;
  ConfigType type;
  std::string_view fallback;     ///< Kafka's default, as text
  std::string_view broker_name;  ///< the broker's setting that it defaults to; empty: none
  double least = -1e308;         ///< of numbers
  double most = 1e308;
  std::string_view choices = {};  ///< "a|b", of texts and of a list's items
};

/// Those of Apache Kafka 4.3, by name.
std::span<const ConfigKind> topic_config_kinds();

/// nullptr when topics have no such setting.
const ConfigKind* find_topic_config(std::string_view name);

/// What was set, by name; what is not in it has its default.
using TopicConfigs = std::map<std::string, std::string, std::less<>>;

/// errors: invalid_input for a name that is no setting and for a value that it does not take
Result<> check_topic_config(std::string_view name, std::string_view value);

/// The value in force.
std::string_view topic_config(const TopicConfigs& configs, std::string_view name);

/// The same, of a setting that is a whole number.
std::int64_t topic_config_number(const TopicConfigs& configs, std::string_view name);

/// What a log asks of the settings with every batch, read once.
struct LogRules {
  std::int64_t max_message_bytes = 0;
  bool stamps_itself = false;  ///< message.timestamp.type is LogAppendTime
  bool compacts = false;
  bool deletes = true;
  std::int64_t after_max_ms = 0;   ///< a record may be so far ahead of the broker's time
  std::int64_t before_max_ms = 0;  ///< and so far behind it
  std::int64_t retention_ms = -1;  ///< below zero: for ever
  std::int64_t retention_bytes = -1;
};

LogRules log_rules(const TopicConfigs& configs);

}  // namespace partwise::broker
