#include "app/fault_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"
#include "config/toml_table.h"
#include "protocol/api.h"
#include "protocol/error_code.h"

namespace partwise::app {
namespace {

using config::TomlTable;
using service::Disconnect;
using service::FaultRule;

constexpr Millis hour = std::chrono::hours(1);
constexpr Millis day = std::chrono::days(1);
constexpr std::int64_t ids_max = 100'000;
constexpr auto many = std::numeric_limits<std::int64_t>::max();

std::string api_names() {
  std::vector<std::string> names;
  for (const auto& api : protocol::apis()) names.emplace_back(api.name);
  return joined(names, ", ");
}

// "Produce", or several with commas between.
std::vector<protocol::ApiKey> apis_of(const TomlTable& table) {
  std::vector<protocol::ApiKey> keys;
  for (const auto& name : listed(table.text("api"))) {
    const auto key = protocol::api_key_from_text(name);
    if (key) {
      keys.push_back(*key);
    } else {
      table.refuse("api", fmt::format("there is no request '{}'", name),
                   "one or some of " + api_names());
    }
  }
  return keys;
}

std::optional<protocol::ErrorCode> error_of(const TomlTable& table) {
  if (!table.has("error")) return std::nullopt;
  const auto text = table.is_text("error") ? table.text("error")
                                           : fmt::to_string(table.integer("error", 0, -1, 1'000));
  const auto code = protocol::error_code_from_text(text);
  if (!code) {
    table.refuse("error", fmt::format("there is no error '{}'", text),
                 "a name or a number of Kafka's, as NOT_LEADER_OR_FOLLOWER or 6");
  }
  return code;
}

Disconnect disconnect_of(const TomlTable& table) {
  constexpr std::array<std::string_view, 3> choices = {"before", "during", "after"};
  if (!table.has("disconnect")) return Disconnect::none;
  const auto when = table.choice("disconnect", choices, "before");
  if (when == "during") return Disconnect::during;
  return when == "after" ? Disconnect::after : Disconnect::before;
}

FaultRule rule_of(const TomlTable& table) {
  FaultRule rule;
  rule.apis = apis_of(table);
  if (table.has("broker")) rule.broker = static_cast<int>(table.integer("broker", 1, 1, ids_max));
  rule.topic = table.text("topic");
  rule.client_id = table.text("client_id");
  rule.skip = table.integer("skip", 0, 0, many);
  if (table.has("times")) rule.times = table.integer("times", 1, 1, many);
  rule.delay = table.duration("delay", Millis{0}, Millis{0}, hour);
  rule.throttle = table.duration("throttle", Millis{0}, Millis{0}, hour);
  if (table.has("disk")) {
    rule.disk =
        table.throughput("disk", BytesPerSecond{1}, BytesPerSecond{1}, BytesPerSecond{1e12});
  }
  rule.error = error_of(table);
  rule.disconnect = disconnect_of(table);
  if (table.has("truncate")) {
    rule.truncate = static_cast<std::size_t>(table.bytes("truncate", 0, 0, 1'000'000'000));
  }
  constexpr std::array<std::string_view, 6> effects = {"delay", "throttle",   "disk",
                                                       "error", "disconnect", "truncate"};
  const bool does_nothing = std::none_of(effects.begin(), effects.end(),
                                         [&](std::string_view field) { return table.has(field); });
  if (does_nothing) {
    table.refuse("", "the fault does nothing",
                 "one or more of delay, throttle, disk, error, disconnect, truncate");
  }
  return rule;
}

BrokerFault broker_of(const TomlTable& table) {
  constexpr std::array<std::string_view, 2> states = {"up", "down"};
  BrokerFault fault;
  fault.id = static_cast<int>(table.integer("id", 0, 1, ids_max));
  if (!table.has("id")) table.refuse("id", "no broker is named", "id = 1");
  fault.up = table.choice("state", states, "down") == "up";
  fault.after = table.duration("after", Millis{0}, Millis{0}, day);
  return fault;
}

PartitionFault partition_of(const TomlTable& table) {
  PartitionFault fault;
  fault.topic = table.text("topic");
  if (fault.topic.empty()) table.refuse("topic", "no topic is named", "topic = \"orders\"");
  fault.partition = static_cast<int>(table.integer("partition", 0, 0, 1'000'000));
  if (table.is_text("leader")) {
    constexpr std::array<std::string_view, 1> nobody = {"none"};
    (void)table.choice("leader", nobody, "none");
    fault.leader = -1;
  } else if (table.has("leader")) {
    fault.leader = static_cast<int>(table.integer("leader", 1, 1, ids_max));
  }
  if (table.has("offline_replica")) {
    fault.offline = {static_cast<int>(table.integer("offline_replica", 1, 1, ids_max))};
  }
  if (table.has("delete_before")) fault.delete_before = table.integer("delete_before", 0, 0, many);
  fault.after = table.duration("after", Millis{0}, Millis{0}, day);
  return fault;
}

}  // namespace

tl::expected<FaultSpec, Errors> faults_from_toml(std::string_view text, const std::string& file) {
  const auto root = TomlTable::from(text, file);
  if (!root) return tl::unexpected(Errors{root.error()});
  FaultSpec spec;
  for (const auto& table : root->tables("fault")) spec.rules.push_back(rule_of(table));
  for (const auto& table : root->tables("broker")) spec.brokers.push_back(broker_of(table));
  for (const auto& table : root->tables("partition"))
    spec.partitions.push_back(partition_of(table));
  auto errors = root->errors();
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return spec;
}

Result<> start(const FaultSpec& spec, broker::Cluster& cluster, broker::Agenda& agenda) {
  const auto begin = [&](const auto& faults) -> Result<> {
    for (const auto& fault : faults) {
      if (fault.after == Millis{0}) {
        TRY(apply(fault, cluster));
      } else {
        agenda.at(cluster.clock().steady_now() + fault.after,
                  [fault, &cluster] { (void)apply(fault, cluster); });
      }
    }
    return {};
  };
  TRY(begin(spec.brokers));
  return begin(spec.partitions);
}

}  // namespace partwise::app
