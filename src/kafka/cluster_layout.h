// Brokers, topics and replicas of a real cluster.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "inventory/cluster_layout.h"
#include "kafka/settings.h"

namespace partwise::kafka {

/// Asks for metadata, racks and sizes on disk. What a cluster does not tell is empty, with a
/// warning; it asks, and changes nothing.
///
/// errors: as Client::create and Client::connect; timeout, unauthorized, unavailable where the
/// topics cannot be listed; interrupted
Result<inventory::ClusterLayout> cluster_layout(const ClientSettings& settings,
                                                TrafficCounters& traffic,
                                                const std::stop_token& stop);

}  // namespace partwise::kafka
