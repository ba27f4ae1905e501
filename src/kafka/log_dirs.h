// Bytes on disk, which librdkafka cannot ask for in any version.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/settings.h"

namespace partwise::kafka {

struct BrokerAddress {
  int id = 0;
  std::string host;
  int port = 0;
};

struct TopicLeaders {
  std::string name;
  std::vector<int> leaders;  ///< broker id by partition
};

/// Bytes on disk of each topic's leader replicas, in the order of `topics`; empty where a leader
/// does not tell. The brokers are asked side by side: silent ones cost one time-out together.
///
/// errors: unavailable, unauthorized, timeout, limit (see WireConnection) when no broker answered;
/// unauthorized when none told a size, which is how brokers answer without DESCRIBE on the
/// cluster; interrupted
Result<std::vector<std::optional<std::int64_t>>> stored_bytes_of(
    const std::vector<BrokerAddress>& brokers, const ClientSettings& settings,
    const std::vector<TopicLeaders>& topics, const std::stop_token& stop);

}  // namespace partwise::kafka
