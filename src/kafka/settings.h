// How to reach a cluster, and what reaching it costs. No librdkafka in here: other parts include
// it.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "config/client_properties.h"

namespace partwise::kafka {

struct ClientSettings {
  config::ClientProperties properties;  ///< with bootstrap.servers
  Millis timeout{10'000};               ///< for each thing that is asked of the cluster
  bool bulk = false;                    ///< large fetches, read ahead: for reading everything
};

/// Counted on the wire by the client's interceptors, for requests of every kind.
///
/// threads: any
struct TrafficCounters {
  std::atomic<std::int64_t> requests{0};
  std::atomic<std::int64_t> list_offsets_requests{0};
  std::atomic<std::int64_t> fetch_requests{0};
  std::atomic<std::int64_t> bytes_received{0};
  std::atomic<std::int64_t> bytes_fetched{0};
  std::atomic<std::int64_t> list_offsets_us{0};
};

}  // namespace partwise::kafka
