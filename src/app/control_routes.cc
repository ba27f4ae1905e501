#include "app/control_routes.h"

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/fault_file.h"
#include "app/state_faults.h"
#include "base/text.h"
#include "base/units.h"
#include "fleet/truth.h"

namespace partwise::app {
namespace {

using listener::http_error;
using listener::HttpAnswer;
using listener::HttpRequest;
using nlohmann::json;

constexpr int bad_request = 400;
constexpr int not_found = 404;
constexpr int unavailable = 503;

HttpAnswer said(const json& value) { return {200, value.dump(2) + "\n", "application/json"}; }

HttpAnswer refused(const Error& error) {
  return http_error(error.kind == ErrorKind::not_found ? not_found : bad_request,
                    error.from.empty() ? error.message : error.from + ": " + error.message,
                    error.hint);
}

HttpAnswer refused(const Errors& errors) {
  std::vector<std::string> told;
  for (const auto& error : errors) told.push_back(error.from + ": " + error.message);
  return http_error(bad_request, joined(told, "; "), errors.front().hint);
}

std::optional<std::int64_t> number_in(std::string_view text) {
  text = trimmed(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The routes' common part: what they work on, and how to get into its thread.
class Control {
 public:
  explicit Control(const ControlSubjects& subjects) : on_(subjects) {}

  HttpAnswer state() const;
  HttpAnswer truth(const HttpRequest& request) const;
  HttpAnswer faults() const;
  HttpAnswer add_faults(const HttpRequest& request) const;
  HttpAnswer remove_faults(const HttpRequest& request) const;
  HttpAnswer set_clock(const HttpRequest& request) const;
  HttpAnswer set_broker(const HttpRequest& request) const;
  HttpAnswer set_leader(const HttpRequest& request) const;
  HttpAnswer set_replica(const HttpRequest& request) const;
  HttpAnswer delete_records(const HttpRequest& request) const;

 private:
  /// What `act` answers in the thread of the cluster.
  HttpAnswer in_loop(const std::function<HttpAnswer()>& act) const {
    HttpAnswer answer;
    if (!on_loop(on_.server, [&] { answer = act(); })) {
      return http_error(unavailable, "the cluster is stopping");
    }
    return answer;
  }
  HttpAnswer changed(const std::function<Result<>()>& change) const {
    return in_loop([&] {
      const auto done = change();
      return done ? said({{"done", true}}) : refused(done.error());
    });
  }
  HttpAnswer change_partition(
      const HttpRequest& request,
      const std::function<Result<PartitionFault>(PartitionFault)>& fill) const;
  json clock_json() const;

  ControlSubjects on_;
};

json Control::clock_json() const {
  return {{"now", utc_text(on_.clock.now())}, {"stands", on_.clock.stands()}};
}

HttpAnswer Control::state() const {
  return in_loop([&] {
    json brokers = json::array();
    for (const auto& node : on_.cluster.brokers()) {
      brokers.push_back(
          {{"id", node.id}, {"host", node.host}, {"port", node.port}, {"up", node.up}});
    }
    json requests = json::object();
    for (const auto& [key, count] : on_.service.requests()) {
      requests[std::string(protocol::name_of(key))] = count;
    }
    const auto counts = on_.server.counts();
    return said({{"cluster_id", on_.cluster.settings().cluster_id},
                 {"clock", clock_json()},
                 {"brokers", brokers},
                 {"controller", on_.cluster.controller()},
                 {"topics", on_.cluster.topics().size()},
                 {"partitions", on_.cluster.partition_count()},
                 {"stored_bytes", on_.cluster.memory().used()},
                 {"connections", counts.connections},
                 {"bytes_in", counts.bytes_in},
                 {"bytes_out", counts.bytes_out},
                 {"requests", requests}});
  });
}

HttpAnswer Control::truth(const HttpRequest& request) const {
  if (on_.fleet == nullptr) return http_error(not_found, "no fleet is given", "--fleet FILE");
  fleet::TruthSettings settings;
  settings.now = on_.clock.now();
  const auto capacity = request.query.find("consumer_throughput");
  if (capacity != request.query.end()) {
    const auto rate = rate_from_text(capacity->second);
    if (!rate) return refused(rate.error());
    settings.sizing.consumer_capacity = *rate;
  }
  return {200, *fleet::truth_json(*on_.fleet, settings), "application/json"};
}

json rule_json(const service::Faults::Active& active) {
  json apis = json::array();
  for (const auto key : active.rule.apis) apis.push_back(protocol::name_of(key));
  json rule = {{"id", active.id}, {"apis", apis}, {"matched", active.matched}};
  if (!active.rule.topic.empty()) rule["topic"] = active.rule.topic;
  if (!active.rule.client_id.empty()) rule["client_id"] = active.rule.client_id;
  if (active.rule.broker) rule["broker"] = *active.rule.broker;
  if (active.rule.error) rule["error"] = protocol::name_of(*active.rule.error);
  return rule;
}

HttpAnswer Control::faults() const {
  return in_loop([&] {
    json rules = json::array();
    for (const auto& active : on_.faults.active()) rules.push_back(rule_json(active));
    return said({{"faults", rules}});
  });
}

HttpAnswer Control::add_faults(const HttpRequest& request) const {
  const auto spec = faults_from_toml(request.body, "the request");
  if (!spec) return refused(spec.error());
  return in_loop([&] {
    json ids = json::array();
    for (const auto& rule : spec->rules) ids.push_back(on_.faults.add(rule));
    const auto done = start(*spec, on_.cluster, on_.agenda);
    return done ? said({{"ids", ids}}) : refused(done.error());
  });
}

HttpAnswer Control::remove_faults(const HttpRequest& request) const {
  const auto named = request.from_path.find("id");
  if (named == request.from_path.end()) {
    return changed([&]() -> Result<> {
      on_.faults.clear();
      return {};
    });
  }
  const auto id = number_in(named->second);
  return changed([&]() -> Result<> {
    if (id && on_.faults.remove(static_cast<int>(*id))) return {};
    return fail(ErrorKind::not_found, fmt::format("no fault {}", named->second), "GET /faults");
  });
}

HttpAnswer Control::set_clock(const HttpRequest& request) const {
  const auto text = trimmed(request.body);
  if (text == "run") {
    on_.clock.run_from(on_.clock.now());
  } else if (text.starts_with('+')) {
    const auto step = duration_from_text(text.substr(1));
    if (!step) return refused(step.error());
    on_.clock.stand_at(on_.clock.now() + *step);
  } else {
    const auto time = instant_from_text(text);
    if (!time) {
      return http_error(bad_request, time.error().message,
                        "a time as 2026-03-04T05:06:07Z, a step as +5min, or run");
    }
    on_.clock.stand_at(*time);
  }
  // Whoever waits for records that come by themselves looks again.
  return in_loop([&] {
    on_.cluster.wake_all();
    return said(clock_json());
  });
}

HttpAnswer Control::set_broker(const HttpRequest& request) const {
  const auto id = number_in(request.from_path.at("id"));
  const auto state = trimmed(request.body);
  if (!id || (state != "up" && state != "down")) {
    return http_error(bad_request, fmt::format("'{}' is no state of a broker", state),
                      "up or down");
  }
  return changed([&] {
    return apply(BrokerFault{static_cast<int>(*id), state == "up", Millis{0}}, on_.cluster);
  });
}

HttpAnswer Control::change_partition(
    const HttpRequest& request,
    const std::function<Result<PartitionFault>(PartitionFault)>& fill) const {
  const auto number = number_in(request.from_path.at("partition"));
  if (!number) return http_error(bad_request, "a partition is a number");
  PartitionFault fault;
  fault.topic = request.from_path.at("topic");
  fault.partition = static_cast<int>(*number);
  const auto filled = fill(std::move(fault));
  if (!filled) return refused(filled.error());
  return changed([&] { return apply(*filled, on_.cluster); });
}

HttpAnswer Control::set_leader(const HttpRequest& request) const {
  return change_partition(request, [&](PartitionFault fault) -> Result<PartitionFault> {
    const auto id = number_in(request.body);
    if (!id && trimmed(request.body) != "none") {
      return fail(ErrorKind::invalid_input, fmt::format("'{}' is no leader", request.body),
                  "a broker's id, or none");
    }
    fault.leader = static_cast<int>(id.value_or(-1));
    return fault;
  });
}

HttpAnswer Control::set_replica(const HttpRequest& request) const {
  const auto broker = number_in(request.from_path.at("broker"));
  const auto state = trimmed(request.body);
  if (!broker || (state != "online" && state != "offline")) {
    return http_error(bad_request, fmt::format("'{}' is no state of a replica", state),
                      "online or offline");
  }
  if (state == "offline") {
    return change_partition(request, [&](PartitionFault fault) -> Result<PartitionFault> {
      fault.offline = {static_cast<int>(*broker)};
      return fault;
    });
  }
  const auto partition = number_in(request.from_path.at("partition"));
  return changed([&]() -> Result<> {
    if (partition &&
        on_.cluster.set_replica_online(request.from_path.at("topic"), static_cast<int>(*partition),
                                       static_cast<int>(*broker), true)) {
      return {};
    }
    return fail(ErrorKind::not_found, "there is no such replica", "GET /state");
  });
}

HttpAnswer Control::delete_records(const HttpRequest& request) const {
  return change_partition(request, [&](PartitionFault fault) -> Result<PartitionFault> {
    fault.delete_before = number_in(request.body);
    if (fault.delete_before) return fault;
    return fail(ErrorKind::invalid_input, fmt::format("'{}' is no offset", request.body),
                "the first offset that stays");
  });
}

}  // namespace

std::vector<listener::Route> control_routes(const ControlSubjects& subjects) {
  const auto control = std::make_shared<Control>(subjects);
  return {
      {"GET", "/state", "the cluster, its clock, its connections and requests so far",
       [control](const HttpRequest&) { return control->state(); }},
      {"GET", "/truth", "what the fleet carries; ?consumer_throughput=RATE",
       [control](const HttpRequest& request) { return control->truth(request); }},
      {"GET", "/faults", "the faults, with their ids and how often they matched",
       [control](const HttpRequest&) { return control->faults(); }},
      {"POST", "/faults", "add faults, in the format of a fault file",
       [control](const HttpRequest& request) { return control->add_faults(request); }},
      {"DELETE", "/faults", "no more faults",
       [control](const HttpRequest& request) { return control->remove_faults(request); }},
      {"DELETE", "/faults/{id}", "one fault less",
       [control](const HttpRequest& request) { return control->remove_faults(request); }},
      {"PUT", "/clock", "a time as 2026-03-04T05:06:07Z, a step as +5min, or run",
       [control](const HttpRequest& request) { return control->set_clock(request); }},
      {"PUT", "/brokers/{id}", "up or down",
       [control](const HttpRequest& request) { return control->set_broker(request); }},
      {"PUT", "/topics/{topic}/{partition}/leader", "a broker's id, or none",
       [control](const HttpRequest& request) { return control->set_leader(request); }},
      {"PUT", "/topics/{topic}/{partition}/replicas/{broker}", "online or offline",
       [control](const HttpRequest& request) { return control->set_replica(request); }},
      {"PUT", "/topics/{topic}/{partition}/log-start", "the first offset that stays",
       [control](const HttpRequest& request) { return control->delete_records(request); }},
  };
}

// The act and its caller meet under a lock: a caller that has given up is gone when the act comes.
bool on_loop(listener::Server& server, std::function<void()> act) {
  struct Meeting {
    std::mutex mutex;
    std::condition_variable over;
    bool done = false;
    bool given_up = false;
  };
  constexpr auto patience = std::chrono::seconds(5);
  constexpr auto slice = std::chrono::milliseconds(20);
  const auto meeting = std::make_shared<Meeting>();
  server.post([meeting, act = std::move(act)] {
    const std::lock_guard lock(meeting->mutex);
    if (meeting->given_up) return;
    act();
    meeting->done = true;
    meeting->over.notify_all();
  });
  std::unique_lock lock(meeting->mutex);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!meeting->over.wait_for(lock, slice, [&] { return meeting->done; })) {
    if (!server.ended() && std::chrono::steady_clock::now() < until) continue;
    meeting->given_up = true;
    return false;
  }
  return true;
}

}  // namespace partwise::app
