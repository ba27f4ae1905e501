// The settings of topics and brokers, told.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "service/answers.h"
#include "service/config_resource.h"

namespace partwise::service {
namespace {

using broker::ConfigKind;
using broker::ConfigType;
using broker::Outcome;
using broker::TopicConfigs;
using protocol::ErrorCode;
using protocol::Writer;

// source: Kafka's DescribeConfigs' config source
constexpr std::int8_t from_topic = 1;
constexpr std::int8_t from_broker_file = 4;
constexpr std::int8_t from_default = 5;

struct Synonym {
  std::string name;
  std::string value;
  std::int8_t source;
};

struct Entry {
  std::string name;
  std::string value;
  bool read_only = false;
  std::int8_t source = from_default;
  std::vector<Synonym> synonyms;
  ConfigType type = ConfigType::text;
};

struct Resource {
  std::int8_t type = 0;
  std::string name;
  std::optional<std::vector<std::string>> keys;  ///< empty: all
};

Entry topic_entry(const ConfigKind& kind, const TopicConfigs& configs) {
  Entry entry;
  entry.name = kind.name;
  entry.type = kind.type;
  entry.value = broker::topic_config(configs, kind.name);
  if (configs.contains(kind.name)) {
    entry.source = from_topic;
    entry.synonyms.push_back({entry.name, entry.value, from_topic});
  }
  if (!kind.broker_name.empty()) {
    entry.synonyms.push_back(
        {std::string(kind.broker_name), std::string(kind.fallback), from_default});
  }
  return entry;
}

Entry broker_entry(std::string name, std::string value, ConfigType type) {
  Entry entry;
  entry.name = std::move(name);
  entry.value = std::move(value);
  entry.read_only = true;
  entry.source = from_broker_file;
  entry.synonyms.push_back({entry.name, entry.value, from_broker_file});
  entry.type = type;
  return entry;
}

std::vector<Entry> broker_entries(const World& world, int id) {
  const auto& settings = world.cluster.settings();
  std::vector<Entry> entries;
  entries.push_back(broker_entry("auto.create.topics.enable",
                                 settings.auto_create_topics ? "true" : "false",
                                 ConfigType::boolean));
  entries.push_back(broker_entry("default.replication.factor",
                                 fmt::to_string(settings.default_replication_factor),
                                 ConfigType::integer));
  entries.push_back(broker_entry("node.id", fmt::to_string(id), ConfigType::integer));
  entries.push_back(broker_entry("num.partitions", fmt::to_string(settings.default_partitions),
                                 ConfigType::integer));
  for (const auto& kind : broker::topic_config_kinds()) {
    if (kind.broker_name.empty()) continue;
    auto entry = broker_entry(std::string(kind.broker_name), std::string(kind.fallback), kind.type);
    entry.source = from_default;
    entry.synonyms.front().source = from_default;
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

struct Described {
  Outcome outcome;
  std::vector<Entry> entries;
};

Described described_topic(const World& world, const Resource& resource) {
  if (!broker::is_topic_name(resource.name)) {
    return {{ErrorCode::invalid_topic, fmt::format("Topic name '{}' is invalid", resource.name)},
            {}};
  }
  const auto* topic = world.cluster.find(resource.name);
  if (topic == nullptr) return {{ErrorCode::unknown_topic_or_partition, ""}, {}};
  Described found;
  for (const auto& kind : broker::topic_config_kinds()) {
    found.entries.push_back(topic_entry(kind, topic->configs));
  }
  return found;
}

Described described_broker(const Call& call, const Resource& resource) {
  if (resource.name != fmt::to_string(call.session->broker)) {
    return {{ErrorCode::invalid_request,
             fmt::format("Unexpected broker id, expected {} but received {}", call.session->broker,
                         resource.name)},
            {}};
  }
  return {{}, broker_entries(call.world, call.session->broker)};
}

Described described(const Call& call, const Resource& resource) {
  Described found;
  if (const auto fault = call.faults.error_for(resource.name)) {
    found.outcome.error = *fault;
    return found;
  }
  if (resource.type == topic_resource) {
    found = described_topic(call.world, resource);
  } else if (resource.type == broker_resource) {
    found = described_broker(call, resource);
  } else {
    found.outcome = {ErrorCode::invalid_request,
                     fmt::format("Unsupported resource type: {}", resource.type)};
  }
  if (resource.keys) {
    std::erase_if(found.entries, [&](const Entry& entry) {
      return std::find(resource.keys->begin(), resource.keys->end(), entry.name) ==
             resource.keys->end();
    });
  }
  return found;
}

void write_synonyms(Writer& writer, const Entry& entry, bool wanted) {
  static const std::vector<Synonym> none;
  writer.each(wanted ? entry.synonyms : none, [&](const Synonym& synonym) {
    writer.text(synonym.name);
    writer.nullable_text(synonym.value);
    writer.int8(synonym.source);
    writer.tags();
  });
}

void write_entry(const Call& call, Writer& writer, const Entry& entry, bool synonyms) {
  writer.text(entry.name);
  writer.nullable_text(entry.value);
  writer.boolean(entry.read_only);
  writer.int8(entry.source);
  writer.boolean(false);  // sensitive
  write_synonyms(writer, entry, synonyms);
  if (call.version >= 3) {
    writer.int8(static_cast<std::int8_t>(entry.type));
    writer.nullable_text(std::nullopt);  // documentation
  }
  writer.tags();
}

}  // namespace

void write_topic_configs(Writer& writer, const TopicConfigs& configs) {
  writer.each(broker::topic_config_kinds(), [&](const ConfigKind& kind) {
    const auto entry = topic_entry(kind, configs);
    writer.text(entry.name);
    writer.nullable_text(entry.value);
    writer.boolean(entry.read_only);
    writer.int8(entry.source);
    writer.boolean(false);
    writer.tags();
  });
}

void answer_describe_configs(const CallPtr& call) {
  auto& body = call->body;
  std::vector<Resource> resources;
  body.each([&] {
    Resource resource{body.int8(), std::string(body.text()), {}};
    const auto keys = body.array();
    if (keys >= 0) resource.keys.emplace();
    for (int i = 0; i < keys && body.ok(); ++i) resource.keys->emplace_back(body.text());
    body.tags();
    resources.push_back(std::move(resource));
  });
  const bool synonyms = body.boolean();
  if (call->version >= 3) body.boolean();
  body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(resources, [&](const Resource& resource) {
    const auto found = described(*call, resource);
    write_error(writer, found.outcome.error);
    write_message(writer, found.outcome.message);
    writer.int8(resource.type);
    writer.text(resource.name);
    writer.each(found.entries,
                [&](const Entry& entry) { write_entry(*call, writer, entry, synonyms); });
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

}  // namespace partwise::service
