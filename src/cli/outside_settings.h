// What a command's run may reach beside Kafka, and to whom it tells of it.
#pragma once

#include "app/cluster_options.h"
#include "app/outside.h"
#include "cli/progress_lines.h"
#include "config/option.h"

namespace partwise::cli {

/// `progress` must outlive what is made of it.
app::OutsideSettings outside_settings(const config::Environment& environment,
                                      const app::ClusterOptions& where, ProgressLines& progress);

}  // namespace partwise::cli
