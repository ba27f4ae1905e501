// The topic settings that measuring depends on.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

class Client;

/// A topic's settings as the broker tells them, by name.
using TopicSettings = std::map<std::string, std::string>;

/// What measuring needs of them; those that are missing have Kafka's defaults.
sample::TopicConfiguration configuration_from(const TopicSettings& settings);

/// DescribeConfigs for all topics, in the order given; each can fail by itself, and those that
/// were not answered yet fail as interrupted once stop is asked for.
std::vector<Result<sample::TopicConfiguration>> describe_configs(
    Client& client, const std::vector<std::string>& topics, const std::stop_token& stop);

}  // namespace partwise::kafka
