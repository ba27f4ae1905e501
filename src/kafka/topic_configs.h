// The topic settings that measuring depends on.
#pragma once

#include <string>
#include <vector>

#include "kafka/client.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

/// DescribeConfigs for all topics, in the order given; each can fail by itself.
std::vector<Result<sample::TopicConfiguration>> describe_configs(
    Client& client, const std::vector<std::string>& topics);

}  // namespace partwise::kafka
