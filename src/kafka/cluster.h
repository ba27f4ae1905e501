// A real cluster behind sample's port.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "kafka/settings.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

struct ClusterSettings {
  ClientSettings client;
  Millis read_patience{2'000};  ///< longest wait for a record of one span
};

/// Connects; the port then asks with one connection to each broker and reads with another. What
/// the port waits for by itself, it waits for no longer once stop is asked for.
///
/// errors: as Client::create and Client::connect
/// threads: the port, one at a time; `traffic` may be read meanwhile and must outlive it
Result<std::unique_ptr<sample::ClusterPort>> open_cluster(const ClusterSettings& settings,
                                                          TrafficCounters& traffic,
                                                          const std::stop_token& stop);

}  // namespace partwise::kafka
