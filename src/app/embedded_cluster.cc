#include "app/embedded_cluster.h"

#include <future>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "app/control_routes.h"
#include "broker/agenda.h"
#include "broker/group_coordinator.h"
#include "broker/virtual_log.h"
#include "service/service.h"

namespace partwise::app {

/// In the order in which they need each other.
class EmbeddedCluster::Parts {
 public:
  Parts(EmbeddedSettings settings, std::optional<fleet::FleetTopics> its_fleet,
        broker::Notices its_notices)
      : host(settings.host),
        advertised_host(settings.advertised_host.empty() ? settings.host
                                                         : settings.advertised_host),
        notices(std::move(its_notices)),
        clock(settings.now),
        fleet(std::move(its_fleet)),
        cluster(settings.cluster, clock, agenda, notices),
        groups({}, clock, agenda, std::random_device{}()),
        logins(std::move(settings.users)),
        service({cluster, groups, agenda, clock, logins}, faults),
        truth(settings.truth) {
    cluster.on_delete([this](const std::string& topic) { groups.forget_topic(topic); });
    for (auto& fault : settings.faults.requests) faults.add(std::move(fault.rule));
  }

  Result<> add_virtual_topics();
  Result<> listen(listener::ServerSettings settings, int port);
  Result<> listen_for_control(const listener::Endpoint& endpoint);

  std::string host;
  std::string advertised_host;
  broker::Notices notices;
  broker::ClusterClock clock;
  std::optional<fleet::FleetTopics> fleet;
  broker::Agenda agenda;
  broker::Cluster cluster;
  broker::GroupCoordinator groups;
  service::Faults faults;
  service::Logins logins;
  service::Service service;
  fleet::TruthSettings truth;
  std::unique_ptr<listener::Server> server;
  std::string bootstrap_servers;
  std::unique_ptr<listener::ControlServer> control;
};

Result<> EmbeddedCluster::Parts::add_virtual_topics() {
  if (!fleet) return {};
  for (const auto& topic : fleet->topics()) {
    const auto& spec = topic.spec();
    broker::VirtualLogs logs{spec.name, spec.replication_factor, {}, {}};
    logs.configs.insert(spec.configs.begin(), spec.configs.end());
    if (!spec.configs.contains("retention.ms")) {
      logs.configs["retention.ms"] =
          spec.retention ? fmt::to_string(spec.retention->count()) : "-1";
    }
    logs.logs = broker::virtual_logs(topic, clock);
    const auto outcome = cluster.add_virtual(std::move(logs));
    if (!outcome.ok()) {
      return fail(ErrorKind::invalid_input,
                  fmt::format("topic {} cannot be: {}", spec.name, outcome.message),
                  "change it in the fleet's file, or --brokers");
    }
  }
  return {};
}

Result<> EmbeddedCluster::Parts::listen(listener::ServerSettings settings, int port) {
  for (const auto& node : cluster.brokers()) {
    settings.brokers.push_back({host, port == 0 ? 0 : port + node.id - 1});
  }
  server = TRY(listener::Server::open(settings, service, agenda, notices));
  int id = 0;
  for (const int bound : server->ports()) {
    cluster.set_address(++id, advertised_host, bound);
    if (id > 1) bootstrap_servers += ',';
    const bool ipv6 = advertised_host.find(':') != std::string::npos;
    bootstrap_servers +=
        fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), advertised_host, bound);
  }
  return {};
}

Result<> EmbeddedCluster::Parts::listen_for_control(const listener::Endpoint& endpoint) {
  listener::ControlSettings settings;
  settings.host = endpoint.host;
  settings.port = endpoint.port;
  control = TRY(listener::ControlServer::open(
      settings, control_routes({cluster, agenda, faults, logins, service, clock, *server, notices,
                                fleet ? &*fleet : nullptr, truth})));
  return {};
}

tl::expected<std::unique_ptr<EmbeddedCluster>, Errors> EmbeddedCluster::open(
    EmbeddedSettings settings, broker::Notices notices) {
  std::optional<fleet::FleetTopics> fleet;
  if (settings.fleet) {
    auto topics = fleet::FleetTopics::from(std::move(*settings.fleet));
    if (!topics) return tl::unexpected(std::move(topics).error());
    fleet = std::move(*topics);
  }
  const auto port = settings.port;
  const auto control = settings.control;
  const auto faults = settings.faults;
  auto server = settings.server;
  auto parts = std::make_unique<Parts>(std::move(settings), std::move(fleet), std::move(notices));
  auto done = parts->add_virtual_topics();
  if (done) {
    auto started = start(faults, parts->cluster, parts->agenda, parts->notices);
    if (!started) return tl::unexpected(std::move(started).error());
  }
  if (done) done = parts->listen(std::move(server), port);
  if (done && control) done = parts->listen_for_control(*control);
  if (!done) return tl::unexpected(Errors{std::move(done).error()});
  return std::unique_ptr<EmbeddedCluster>(new EmbeddedCluster(std::move(parts)));
}

EmbeddedCluster::EmbeddedCluster(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EmbeddedCluster::~EmbeddedCluster() = default;

const std::string& EmbeddedCluster::bootstrap_servers() const { return parts_->bootstrap_servers; }

std::string EmbeddedCluster::control_address() const {
  if (parts_->control == nullptr) return {};
  return fmt::format("127.0.0.1:{}", parts_->control->port());
}

void EmbeddedCluster::run(const std::stop_token& stop) { parts_->server->run(stop); }

EmbeddedState EmbeddedCluster::state() const {
  EmbeddedState state;
  state.traffic = parts_->server->counts();
  const auto asked = on_loop(*parts_->server, [this, &state] {
    state.topics = static_cast<int>(parts_->cluster.topics().size());
    state.partitions = parts_->cluster.partition_count();
    state.stored_bytes = parts_->cluster.memory().used();
  });
  (void)asked;
  return state;
}

broker::ClusterClock& EmbeddedCluster::clock() { return parts_->clock; }

const std::optional<fleet::FleetTopics>& EmbeddedCluster::fleet() const { return parts_->fleet; }

}  // namespace partwise::app
