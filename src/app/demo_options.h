// What `demo` can be told.
#pragma once

#include <map>
#include <string>

#include "app/embedded_cluster.h"
#include "app/recommend_options.h"
#include "base/clock.h"
#include "config/option.h"

namespace partwise::app {

/// Every setting of `demo`, in the order in which its help shows them.
config::OptionTable demo_option_table();

/// Its cluster: the demo's fleet, with the clock standing at `now`, so that the truth holds still.
EmbeddedSettings demo_cluster(const config::OptionValues& values, Instant now);

/// The run of `recommend` on that cluster: defaults, but for what sizing and output are told.
///
/// errors: invalid_input
tl::expected<RecommendOptions, Errors> demo_recommendation(const config::OptionValues& values,
                                                           const std::string& bootstrap_servers);

/// What is right to recommend for each topic, under the run's own settings.
std::map<std::string, int> demo_truth(const EmbeddedCluster& cluster,
                                      const RecommendOptions& options, Instant now);

}  // namespace partwise::app
