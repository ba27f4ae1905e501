// The topic settings that measuring depends on.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

/// DescribeConfigs for all topics, in the order given; each can fail by itself, and those that
/// were not answered yet fail as interrupted once stop is asked for.
std::vector<Result<sample::TopicConfiguration>> describe_configs(
    Client& client, const std::vector<std::string>& topics, const std::stop_token& stop);

}  // namespace partwise::kafka
