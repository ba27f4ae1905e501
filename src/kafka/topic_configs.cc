#include "kafka/topic_configs.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/error.h"

namespace partwise::kafka {
namespace {

using sample::TopicConfiguration;
using Results = std::vector<Result<TopicConfiguration>>;

// Some 35 settings a topic come back: a few hundred topics make a response of about a megabyte.
constexpr std::size_t topics_per_request = 250;

bool has(const std::vector<std::string>& policies, std::string_view policy) {
  return std::find(policies.begin(), policies.end(), policy) != policies.end();
}

std::optional<Millis> retention_in(std::string_view value) {
  std::int64_t ms = -1;
  std::from_chars(value.data(), value.data() + value.size(), ms);
  if (ms < 0) return std::nullopt;
  return Millis{ms};
}

Result<TopicConfiguration> configuration_of(const rd_kafka_ConfigResource_t* resource) {
  const auto code = rd_kafka_ConfigResource_error(resource);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* text = rd_kafka_ConfigResource_error_string(resource);
    return tl::unexpected(error_of(
        code,
        fmt::format("describe the configuration of {}", rd_kafka_ConfigResource_name(resource)),
        text == nullptr ? "" : text));
  }
  TopicSettings settings;
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  return configuration_from(settings);
}

EventHandle ask(Client& client, std::span<const std::string> topics, const std::stop_token& stop) {
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const auto& topic : topics) {
    resources.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  }
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DescribeConfigs(client.get(), resources.data(), resources.size(), options.get(),
                           queue.get());
  rd_kafka_ConfigResource_destroy_array(resources.data(), resources.size());
  return admin_answer(client, queue.get(), stop);
}

void append_failed(Results& results, rd_kafka_resp_err_t code, std::span<const std::string> topics,
                   const std::stop_token& stop) {
  for (const auto& topic : topics) {
    auto error = error_of(code, fmt::format("describe the configuration of {}", topic));
    if (stop.stop_requested()) error = {ErrorKind::interrupted, "interrupted", {}, {}};
    results.emplace_back(tl::unexpected(std::move(error)));
  }
}

void append(Results& results, rd_kafka_event_t* event, std::span<const std::string> topics,
            const std::stop_token& stop) {
  const auto first = results.size();
  const auto code = code_of(event);
  // Whom the answer leaves out has timed out.
  append_failed(results, code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__TIMED_OUT : code,
                topics, stop);
  const auto* result = event == nullptr ? nullptr : rd_kafka_event_DescribeConfigs_result(event);
  if (result == nullptr || code != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  std::size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto topic =
        std::find(topics.begin(), topics.end(), rd_kafka_ConfigResource_name(resources[i]));
    if (topic == topics.end()) continue;
    results[first + static_cast<std::size_t>(topic - topics.begin())] =
        configuration_of(resources[i]);
  }
}

}  // namespace

TopicConfiguration configuration_from(const TopicSettings& settings) {
  const auto value_of = [&](const char* name, const char* otherwise) {
    const auto found = settings.find(name);
    return found == settings.end() ? std::string(otherwise) : found->second;
  };
  const auto policies = listed(value_of("cleanup.policy", "delete"));
  TopicConfiguration configuration;
  configuration.compacted = has(policies, "compact");
  configuration.remote_storage = value_of("remote.storage.enable", "false") == "true";
  configuration.uncompressed = value_of("compression.type", "producer") == "uncompressed";
  // Records deleted by compaction alone are kept for ever, whatever retention.ms says.
  if (has(policies, "delete")) configuration.retention = retention_in(value_of("retention.ms", ""));
  return configuration;
}

Results describe_configs(Client& client, const std::vector<std::string>& topics,
                         const std::stop_token& stop) {
  Results results;
  auto rest = std::span(topics);
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  // Where one request was waited for in vain, waiting for the others would only add up.
  while (!rest.empty() && !stop.stop_requested() && kind_of(code) != ErrorKind::timeout) {
    const auto part = rest.first(std::min(topics_per_request, rest.size()));
    const auto event = ask(client, part, stop);
    code = code_of(event.get());
    append(results, event.get(), part, stop);
    rest = rest.subspan(part.size());
  }
  append_failed(results, code, rest, stop);
  return results;
}

}  // namespace partwise::kafka
