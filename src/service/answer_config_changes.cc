// The settings of topics, changed.
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "service/answers.h"
#include "service/config_resource.h"

namespace partwise::service {
namespace {

using broker::ConfigType;
using broker::Outcome;
using broker::TopicConfigs;
using protocol::ErrorCode;

// source: Kafka's AlterConfigOp
enum class Operation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

struct Change {
  std::string name;
  Operation operation = Operation::set;
  std::optional<std::string> value;
};

struct ChangedResource {
  std::int8_t type = 0;
  std::string name;
  std::vector<Change> changes;
};

std::vector<ChangedResource> changed_resources(Call& call, bool incremental) {
  auto& body = call.body;
  std::vector<ChangedResource> resources;
  body.each([&] {
    ChangedResource resource{body.int8(), std::string(body.text()), {}};
    body.each([&] {
      Change change;
      change.name = body.text();
      if (incremental) change.operation = static_cast<Operation>(body.int8());
      if (const auto value = body.nullable_text()) change.value = std::string(*value);
      body.tags();
      resource.changes.push_back(std::move(change));
    });
    body.tags();
    resources.push_back(std::move(resource));
  });
  return resources;
}

// APPEND and SUBTRACT: of items to and from a list.
Outcome change_list(TopicConfigs& configs, const Change& change) {
  const auto* kind = broker::find_topic_config(change.name);
  if (kind == nullptr || kind->type != ConfigType::list) {
    return {ErrorCode::invalid_config,
            fmt::format("Config value append or subtract is not allowed for config key: {}",
                        change.name)};
  }
  auto items = listed(broker::topic_config(configs, change.name));
  for (const auto& item : listed(change.value.value_or(""))) {
    std::erase(items, item);
    if (change.operation == Operation::append) items.push_back(item);
  }
  configs[change.name] = joined(items, ",");
  return {};
}

Outcome apply(TopicConfigs& configs, const Change& change) {
  switch (change.operation) {
    case Operation::set:
      if (!change.value) {
        return {ErrorCode::invalid_request,
                fmt::format("Null value not supported for: {}", change.name)};
      }
      configs[change.name] = *change.value;
      return {};
    case Operation::remove:
      configs.erase(change.name);
      return {};
    case Operation::append:
    case Operation::subtract:
      return change_list(configs, change);
  }
  return {ErrorCode::invalid_request,
          fmt::format("Unknown operation {}", static_cast<int>(change.operation))};
}

Outcome altered(const Call& call, const ChangedResource& resource, bool incremental,
                bool only_check) {
  if (const auto fault = call.faults.error_for(resource.name)) return {*fault, ""};
  if (resource.type != topic_resource) {
    return {ErrorCode::invalid_request, "only the settings of topics can be changed here"};
  }
  auto* topic = call.world.cluster.find(resource.name);
  if (topic == nullptr) {
    return {ErrorCode::unknown_topic_or_partition,
            fmt::format("The topic '{}' does not exist.", resource.name)};
  }
  auto configs = incremental ? topic->configs : TopicConfigs{};
  for (const auto& change : resource.changes) {
    auto outcome = apply(configs, change);
    if (!outcome.ok()) return outcome;
  }
  return call.world.cluster.set_configs(*topic, configs, only_check);
}

void answer_changes(const CallPtr& call, bool incremental) {
  const auto resources = changed_resources(*call, incremental);
  const bool only_check = call->body.boolean();
  call->body.tags();
  if (!call->parsed()) return;
  auto writer = call->writer();
  writer.int32(call->throttle_ms());
  writer.each(resources, [&](const ChangedResource& resource) {
    const auto outcome = altered(*call, resource, incremental, only_check);
    write_error(writer, outcome.error);
    write_message(writer, outcome.message);
    writer.int8(resource.type);
    writer.text(resource.name);
    writer.tags();
  });
  writer.tags();
  call->reply(std::move(writer));
}

}  // namespace

void answer_alter_configs(const CallPtr& call) { answer_changes(call, false); }

void answer_incremental_alter_configs(const CallPtr& call) { answer_changes(call, true); }

}  // namespace partwise::service
