// Finding and deleting what earlier runs have left on a cluster.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/settings.h"

namespace partwise::kafka {

/// The names of the cluster's topics.
///
/// errors: as of Client::connect
Result<std::vector<std::string>> topic_names(const ClientSettings& settings,
                                             const std::stop_token& stop);

/// errors: as of Client::connect and remove_topics
Result<> delete_topics(const ClientSettings& settings, const std::vector<std::string>& names,
                       const std::stop_token& stop);

}  // namespace partwise::kafka
