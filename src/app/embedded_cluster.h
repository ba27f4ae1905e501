// The embedded cluster, put together: brokers, topics, faults, logins, sockets.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/fault_file.h"
#include "base/clock.h"
#include "base/result.h"
#include "broker/cluster.h"
#include "broker/cluster_clock.h"
#include "fleet/fleet_topics.h"
#include "fleet/truth.h"
#include "listener/server.h"
#include "service/faults.h"
#include "service/login.h"

namespace partwise::app {

struct EmbeddedSettings {
  broker::ClusterSettings cluster;
  listener::ServerSettings server;  ///< its brokers are made from the three below
  std::string host = "127.0.0.1";   ///< where the brokers listen
  std::string advertised_host;      ///< what clients are told; empty: host
  int port = 9092;                  ///< of the first; the others' follow; 0: any free ones
  std::optional<listener::Endpoint> control;  ///< the HTTP endpoint; empty: none
  service::Users users;                       ///< none: anyone may enter
  std::optional<fleet::FleetSpec> fleet;      ///< virtual topics
  std::optional<Instant> now;                 ///< the clock stands at this; empty: it runs
  FaultSpec faults;                           ///< from the start
  fleet::TruthSettings truth;                 ///< of GET /truth; its time is the clock's
};

/// What a status line shows.
struct EmbeddedState {
  listener::ServerCounts traffic;
  int topics = 0;
  int partitions = 0;
  std::int64_t stored_bytes = 0;
};

/// threads: one at a time, but for what says otherwise
class EmbeddedCluster {
 public:
  /// Listens at once; serves while run() runs.
  ///
  /// notices: what it does of its own accord, for people; called from the thread of run()
  /// errors: invalid_input for topics that cannot be and faults of what is not there, unavailable
  ///         for ports
  static tl::expected<std::unique_ptr<EmbeddedCluster>, Errors> open(EmbeddedSettings settings,
                                                                     broker::Notices notices);
  ~EmbeddedCluster();
  EmbeddedCluster(const EmbeddedCluster&) = delete;
  EmbeddedCluster& operator=(const EmbeddedCluster&) = delete;

  /// "127.0.0.1:9092,127.0.0.1:9093".
  [[nodiscard]] const std::string& bootstrap_servers() const;
  /// Of the control endpoint; empty without one.
  [[nodiscard]] std::string control_address() const;

  /// Serves until stopped.
  void run(const std::stop_token& stop);

  /// threads: any, while run() runs
  [[nodiscard]] EmbeddedState state() const;

  /// threads: any
  [[nodiscard]] broker::ClusterClock& clock();

  /// The virtual topics; empty without a fleet.
  ///
  /// threads: any
  [[nodiscard]] const std::optional<fleet::FleetTopics>& fleet() const;

 private:
  class Parts;
  explicit EmbeddedCluster(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace partwise::app
