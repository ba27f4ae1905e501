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
#include "app/truth_query.h"
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

std::string told(const Error& error) {
  return error.from.empty() ? error.message : error.from + ": " + error.message;
}

HttpAnswer refused(const Error& error) {
  return http_error(error.kind == ErrorKind::not_found ? not_found : bad_request, told(error),
                    error.hint);
}

HttpAnswer refused(const Errors& errors) {
  std::vector<std::string> all;
  for (const auto& error : errors) all.push_back(told(error));
  return http_error(bad_request, joined(all, "; "), errors.front().hint);
}

std::optional<std::int64_t> number_in(std::string_view text) {
  text = trimmed(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Whatever is no int is nobody's id: cut to one it would be somebody else's.
std::optional<int> id_in(std::string_view text) {
  const auto number = number_in(text);
  if (!number || !std::in_range<int>(*number)) return std::nullopt;
  return static_cast<int>(*number);
}

// The first partition whose records would all come before those that are deleted.
std::optional<std::string> log_behind_its_start(broker::Cluster& cluster) {
  for (const auto& [name, topic] : cluster.topics()) {
    int number = 0;
    for (const auto& partition : topic->partitions) {
      const auto start = partition.log->start();
      const auto end = partition.log->end();
      if (start > end) {
        return fmt::format("partition {} of {} would end at offset {}, but is deleted up to {}",
                           number, name, end, start);
      }
      ++number;
    }
  }
  return std::nullopt;
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
  HttpAnswer set_user(const HttpRequest& request) const;
  HttpAnswer remove_user(const HttpRequest& request) const;
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
  Error no_broker(const std::string& text) const;
  HttpAnswer stand_at(Instant time) const;

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
  auto settings = truth_settings(request.query, on_.truth);
  if (!settings) return refused(settings.error());
  settings->now = on_.clock.now();
  return {200, *fleet::truth_json(*on_.fleet, *settings), "application/json"};
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
    const auto done = start(*spec, on_.cluster, on_.agenda, on_.notices);
    if (!done) return refused(done.error());
    json ids = json::array();
    for (const auto& fault : spec->requests) ids.push_back(on_.faults.add(fault.rule));
    return said({{"ids", ids}});
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
  const auto id = id_in(named->second);
  return changed([&]() -> Result<> {
    if (id && on_.faults.remove(*id)) return {};
    return fail(ErrorKind::not_found, fmt::format("no fault {}", named->second), "GET /faults");
  });
}

HttpAnswer Control::set_user(const HttpRequest& request) const {
  const auto& user = request.from_path.at("user");
  const std::string password(trimmed(request.body));
  if (password.empty()) {
    return http_error(bad_request, fmt::format("no password for user {}", user),
                      "the password as the body");
  }
  return changed([&]() -> Result<> {
    if (!on_.logins.asked()) {
      return fail(ErrorKind::invalid_input, "the cluster asks for no login",
                  "start it with --users FILE");
    }
    on_.logins.set(user, config::Secret(password));
    return {};
  });
}

HttpAnswer Control::remove_user(const HttpRequest& request) const {
  const auto& user = request.from_path.at("user");
  return changed([&]() -> Result<> {
    if (on_.logins.remove(user)) return {};
    return fail(ErrorKind::not_found, fmt::format("there is no user {}", user), "");
  });
}

HttpAnswer Control::set_clock(const HttpRequest& request) const {
  const auto text = trimmed(request.body);
  if (text == "run") {
    return in_loop([&] {
      on_.clock.run_from(on_.clock.now());
      on_.cluster.wake_all();
      return said(clock_json());
    });
  }
  if (text.starts_with('+')) {
    const auto step = duration_from_text(text.substr(1));
    if (!step) return refused(step.error());
    return in_loop([&] { return stand_at(on_.clock.now() + *step); });
  }
  const auto time = instant_from_text(text);
  if (!time) {
    return http_error(bad_request, time.error().message,
                      "a time as 2026-03-04T05:06:07Z, a step as +5min, or run");
  }
  return in_loop([&] { return stand_at(*time); });
}

// In the thread of the cluster. A log must not end before its start.
HttpAnswer Control::stand_at(Instant time) const {
  const auto before = on_.clock.now();
  const auto since = on_.clock.steady_now();
  const bool stood = on_.clock.stands();
  on_.clock.stand_at(time);
  const auto wrong = time < before ? log_behind_its_start(on_.cluster) : std::nullopt;
  if (wrong && stood) on_.clock.stand_at(before);
  if (wrong && !stood) {
    const auto elapsed = on_.clock.steady_now() - since;
    on_.clock.run_from(before + std::chrono::duration_cast<Millis>(elapsed));
  }
  if (wrong) {
    return http_error(bad_request, fmt::format("at {} {}", utc_text(time), *wrong), "a later time");
  }
  // Whoever waits for records that come by themselves looks again.
  on_.cluster.wake_all();
  return said(clock_json());
}

HttpAnswer Control::set_broker(const HttpRequest& request) const {
  const auto& named = request.from_path.at("id");
  const auto id = id_in(named);
  const auto state = trimmed(request.body);
  if (!id) return refused(no_broker(named));
  if (state != "up" && state != "down") {
    return http_error(bad_request, fmt::format("'{}' is no state of a broker", state),
                      "up or down");
  }
  return changed(
      [&] { return apply(BrokerFault{*id, state == "up", Millis{0}, {}}, on_.cluster); });
}

Error Control::no_broker(const std::string& text) const {
  return {ErrorKind::not_found,
          fmt::format("there is no broker {}", trimmed(text)),
          fmt::format("1 to {}", on_.cluster.settings().brokers),
          {}};
}

HttpAnswer Control::change_partition(
    const HttpRequest& request,
    const std::function<Result<PartitionFault>(PartitionFault)>& fill) const {
  const auto& named = request.from_path.at("partition");
  const auto number = id_in(named);
  PartitionFault fault;
  fault.topic = request.from_path.at("topic");
  if (!number) {
    return http_error(not_found, fmt::format("there is no partition {} of {}", named, fault.topic),
                      "a number from 0 on");
  }
  fault.partition = *number;
  const auto filled = fill(std::move(fault));
  if (!filled) return refused(filled.error());
  return changed([&] { return apply(*filled, on_.cluster); });
}

HttpAnswer Control::set_leader(const HttpRequest& request) const {
  return change_partition(request, [&](PartitionFault fault) -> Result<PartitionFault> {
    fault.leader = -1;
    if (trimmed(request.body) == "none") return fault;
    if (!number_in(request.body)) {
      return fail(ErrorKind::invalid_input, fmt::format("'{}' is no leader", request.body),
                  "a broker's id, or none");
    }
    fault.leader = id_in(request.body);
    // -1 is a word of ours for nobody, not the user's.
    if (!fault.leader || *fault.leader < 1) return tl::unexpected(no_broker(request.body));
    return fault;
  });
}

HttpAnswer Control::set_replica(const HttpRequest& request) const {
  const auto& named = request.from_path.at("broker");
  const auto broker = id_in(named);
  const auto state = trimmed(request.body);
  if (!broker) return refused(no_broker(named));
  if (state != "online" && state != "offline") {
    return http_error(bad_request, fmt::format("'{}' is no state of a replica", state),
                      "online or offline");
  }
  if (state == "offline") {
    return change_partition(request, [&](PartitionFault fault) -> Result<PartitionFault> {
      fault.offline = {*broker};
      return fault;
    });
  }
  const auto& number = request.from_path.at("partition");
  const auto& topic = request.from_path.at("topic");
  const auto partition = id_in(number);
  return changed([&]() -> Result<> {
    if (partition && on_.cluster.set_replica_online(topic, *partition, *broker, true)) return {};
    return fail(ErrorKind::not_found,
                fmt::format("partition {} of {} has no replica on broker {}", number, topic, named),
                "its topic's metadata has its replicas");
  });
}

HttpAnswer Control::delete_records(const HttpRequest& request) const {
  auto done = change_partition(request, [&](PartitionFault fault) -> Result<PartitionFault> {
    fault.delete_before = number_in(request.body);
    if (fault.delete_before) return fault;
    return fail(ErrorKind::invalid_input, fmt::format("'{}' is no offset", request.body),
                "the first offset that stays");
  });
  if (done.status != 200) return done;
  return in_loop([&]() -> HttpAnswer {
    const auto* partition = on_.cluster.find(request.from_path.at("topic"),
                                             id_in(request.from_path.at("partition")).value_or(-1));
    if (partition == nullptr) return done;  // deleted in between
    return said({{"done", true}, {"log_start", partition->log->start()}});
  });
}

}  // namespace

std::vector<listener::Route> control_routes(const ControlSubjects& subjects) {
  const auto control = std::make_shared<Control>(subjects);
  return {
      {"GET", "/state", "the cluster, its clock, its connections and requests so far",
       [control](const HttpRequest&) { return control->state(); }},
      {"GET", "/truth",
       "what the fleet carries; ?consumer_throughput=RATE, and the other options of sizing",
       [control](const HttpRequest& request) { return control->truth(request); }},
      {"GET", "/faults", "the faults, with their ids and how often they matched",
       [control](const HttpRequest&) { return control->faults(); }},
      {"POST", "/faults", "add faults, in the format of a fault file",
       [control](const HttpRequest& request) { return control->add_faults(request); }},
      {"DELETE", "/faults", "no more faults",
       [control](const HttpRequest& request) { return control->remove_faults(request); }},
      {"DELETE", "/faults/{id}", "one fault less",
       [control](const HttpRequest& request) { return control->remove_faults(request); }},
      {"PUT", "/users/{user}", "a password: of a new user, or another one",
       [control](const HttpRequest& request) { return control->set_user(request); }},
      {"DELETE", "/users/{user}", "one user less; whoever is logged in stays",
       [control](const HttpRequest& request) { return control->remove_user(request); }},
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
    const std::scoped_lock lock(meeting->mutex);
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
