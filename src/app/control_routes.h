// What the control endpoint of the embedded cluster can be asked.
#pragma once

#include <functional>
#include <vector>

#include "broker/cluster.h"
#include "broker/cluster_clock.h"
#include "fleet/fleet_topics.h"
#include "fleet/truth.h"
#include "listener/control.h"
#include "listener/server.h"
#include "service/faults.h"
#include "service/login.h"
#include "service/service.h"

namespace partwise::app {

/// All outlive the routes.
struct ControlSubjects {
  broker::Cluster& cluster;
  broker::Agenda& agenda;
  service::Faults& faults;
  service::Logins& logins;
  service::Service& service;
  broker::ClusterClock& clock;
  listener::Server& server;
  const broker::Notices& notices;
  const fleet::FleetTopics* fleet;    ///< nullptr: none
  const fleet::TruthSettings& truth;  ///< what is not asked for otherwise
};

std::vector<listener::Route> control_routes(const ControlSubjects& subjects);

/// Runs `act` in the thread of the server and waits for it. False when the server has stopped, or
/// does not come to it in time.
///
/// threads: any but the server's
bool on_loop(listener::Server& server, std::function<void()> act);

}  // namespace partwise::app
