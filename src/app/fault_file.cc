#include "app/fault_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

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

FieldPlaces places_of(const TomlTable& table, const std::string& file,
                      std::initializer_list<std::string_view> fields) {
  FieldPlaces places;
  for (const auto field : fields) {
    places.emplace(field, fmt::format("{} line {}", file, table.line(field)));
  }
  return places;
}

std::string topic_of(const TomlTable& table) {
  auto topic = table.text("topic");
  if (table.is_text("topic") && !broker::is_topic_name(topic)) {
    table.refuse("topic", fmt::format("topic is '{}': no topic can have that name", topic),
                 "1 to 249 of a-z A-Z 0-9 . _ -, but not . or ..");
  }
  return topic;
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
  if (table.is_text("api") && listed(table.text("api")).empty()) {
    table.refuse("api", "api names no request", "one or some of " + api_names());
  }
  return keys;
}

std::string client_of(const TomlTable& table) {
  auto client = table.text("client_id");
  if (table.is_text("client_id") && client.empty()) {
    table.refuse("client_id", "client_id is empty",
                 "a client's id, or leave it out for all clients");
  }
  return client;
}

std::optional<BytesPerSecond> disk_of(const TomlTable& table,
                                      std::span<const protocol::ApiKey> apis) {
  if (!table.has("disk")) return std::nullopt;
  if (!apis.empty() && std::none_of(apis.begin(), apis.end(), service::waits_for_disk)) {
    std::vector<std::string> slowed;
    for (const auto& api : protocol::apis()) {
      if (service::waits_for_disk(api.key)) slowed.emplace_back(api.name);
    }
    table.refuse(
        "disk",
        fmt::format("a slow disk does nothing to {}", joined(listed(table.text("api")), ", ")),
        fmt::format("disk slows {}; api names one of them, or is left out; delay slows any",
                    joined(slowed, " and ")));
  }
  return table.throughput("disk", BytesPerSecond{1}, BytesPerSecond{1}, BytesPerSecond{1e12});
}

std::optional<protocol::ErrorCode> error_of(const TomlTable& table) {
  if (!table.has("error")) return std::nullopt;
  const auto text = table.is_text("error") ? table.text("error")
                                           : fmt::to_string(table.integer("error", -1, -1, 1'000));
  const auto code = protocol::error_code_from_text(text);
  if (!code) {
    table.refuse("error", fmt::format("there is no error '{}'", text),
                 "a name or a number of Kafka's, as NOT_LEADER_OR_FOLLOWER or 6");
  } else if (*code == protocol::ErrorCode::none) {
    table.refuse("error", fmt::format("error is {}, which is no error", text),
                 "another name or number of Kafka's, as NOT_LEADER_OR_FOLLOWER or 6");
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
  rule.topic = topic_of(table);
  rule.client_id = client_of(table);
  rule.skip = table.integer("skip", 0, 0, many);
  if (table.has("times")) rule.times = table.integer("times", 1, 1, many);
  rule.delay = table.duration("delay", Millis{0}, Millis{1}, hour);
  rule.throttle = table.duration("throttle", Millis{0}, Millis{1}, hour);
  rule.disk = disk_of(table, rule.apis);
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

BrokerFault broker_of(const TomlTable& table, const std::string& file) {
  constexpr std::array<std::string_view, 2> states = {"up", "down"};
  BrokerFault fault;
  fault.id = static_cast<int>(table.integer("id", 0, 1, ids_max));
  if (!table.has("id")) table.refuse("id", "no broker is named", "id = 1");
  fault.up = table.choice("state", states, "down") == "up";
  fault.after = table.duration("after", Millis{0}, Millis{0}, day);
  fault.places = places_of(table, file, {"id"});
  return fault;
}

std::optional<int> leader_of(const TomlTable& table) {
  if (!table.has("leader")) return std::nullopt;
  if (!table.is_text("leader")) return static_cast<int>(table.integer("leader", 1, 1, ids_max));
  if (const auto text = table.text("leader"); text != "none") {
    table.refuse("leader", fmt::format("leader is '{}'", text),
                 "allowed: a broker's id, as leader = 2, or \"none\"");
  }
  return -1;
}

PartitionFault partition_of(const TomlTable& table, const std::string& file) {
  PartitionFault fault;
  fault.topic = topic_of(table);
  if (!table.has("topic")) table.refuse("topic", "no topic is named", "topic = \"orders\"");
  fault.partition = static_cast<int>(table.integer("partition", 0, 0, 1'000'000));
  fault.leader = leader_of(table);
  if (table.has("offline_replica")) {
    fault.offline = {static_cast<int>(table.integer("offline_replica", 1, 1, ids_max))};
  }
  if (table.has("delete_before")) fault.delete_before = table.integer("delete_before", 0, 0, many);
  fault.after = table.duration("after", Millis{0}, Millis{0}, day);
  if (!fault.leader && fault.offline.empty() && !table.has("delete_before")) {
    table.refuse("", "the fault does nothing",
                 "one or more of leader, offline_replica, delete_before");
  }
  fault.places =
      places_of(table, file, {"topic", "partition", "leader", "offline_replica", "delete_before"});
  return fault;
}

// Whom an earlier fault of the same moment makes leader is a replica from then on.
PartitionFault as_left_by(std::span<const PartitionFault> earlier, PartitionFault fault) {
  for (const auto& each : earlier) {
    if (each.leader && each.after == Millis{0} && each.topic == fault.topic &&
        each.partition == fault.partition) {
      std::erase(fault.offline, *each.leader);
    }
  }
  return fault;
}

Errors mistakes_of_partitions(std::span<const PartitionFault> faults, broker::Cluster& cluster) {
  Errors all;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const auto errors = faults[i].after == Millis{0}
                            ? mistakes(as_left_by(faults.first(i), faults[i]), cluster)
                            : lasting_mistakes(faults[i], cluster);
    all.insert(all.end(), errors.begin(), errors.end());
  }
  return all;
}

}  // namespace

tl::expected<FaultSpec, Errors> faults_from_toml(std::string_view text, const std::string& file) {
  const auto root = TomlTable::from(text, file);
  if (!root) return tl::unexpected(Errors{root.error()});
  FaultSpec spec;
  for (const auto& table : root->tables("fault")) {
    spec.requests.push_back({rule_of(table), places_of(table, file, {"broker"})});
  }
  for (const auto& table : root->tables("broker")) spec.brokers.push_back(broker_of(table, file));
  for (const auto& table : root->tables("partition"))
    spec.partitions.push_back(partition_of(table, file));
  auto errors = root->errors();
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return spec;
}

Errors mistakes(const FaultSpec& spec, broker::Cluster& cluster) {
  Errors all;
  for (const auto& [rule, places] : spec.requests) {
    if (!rule.broker) continue;
    if (auto error = unknown_broker("broker", *rule.broker, places, cluster)) {
      all.push_back(std::move(*error));
    }
  }
  for (const auto& fault : spec.brokers) {
    const auto errors = mistakes(fault, cluster);
    all.insert(all.end(), errors.begin(), errors.end());
  }
  const auto errors = mistakes_of_partitions(spec.partitions, cluster);
  all.insert(all.end(), errors.begin(), errors.end());
  // It is the file that is wrong, not the cluster that lacks something.
  for (auto& error : all) error.kind = ErrorKind::invalid_input;
  return all;
}

tl::expected<void, Errors> start(const FaultSpec& spec, broker::Cluster& cluster,
                                 broker::Agenda& agenda, const broker::Notices& notices) {
  if (auto errors = mistakes(spec, cluster); !errors.empty()) {
    return tl::unexpected(std::move(errors));
  }
  const auto begin = [&](const auto& faults) -> Result<> {
    for (const auto& fault : faults) {
      if (fault.after == Millis{0}) {
        TRY(apply(fault, cluster));
        continue;
      }
      agenda.at(cluster.clock().steady_now() + fault.after, [fault, &cluster, notices] {
        const auto done = apply(fault, cluster);
        if (done) return;
        notices(fmt::format("a fault is due and cannot come: {}: {}; {}", done.error().from,
                            done.error().message, done.error().hint));
      });
    }
    return {};
  };
  auto done = begin(spec.brokers);
  if (done) done = begin(spec.partitions);
  if (!done) return tl::unexpected(Errors{std::move(done).error()});
  return {};
}

}  // namespace partwise::app
