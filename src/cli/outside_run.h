// A command's run that reaches beyond Kafka: what it tells, how it is stopped, whom it may ask.
#pragma once

#include <stop_token>
#include <string>

#include "app/cluster_finding.h"
#include "app/cluster_options.h"
#include "app/outside.h"
#include "cli/interrupt.h"
#include "cli/progress_lines.h"
#include "cli/settings.h"
#include "config/option.h"

namespace partwise::cli {

/// What to say when a run that visits these clusters is left at once, by a second signal.
std::string leaving_text(const app::ClusterOptions& where);

/// `progress` must outlive what is made of it.
app::OutsideSettings outside_settings(const config::Environment& environment,
                                      const app::ClusterOptions& where, ProgressLines& progress);

/// The clusters, with a warning of each that is passed over; else the reason is told why none can
/// be visited, and this is the exit status.
tl::expected<app::FoundClusters, int> visited_or_status(const app::ClusterOptions& where,
                                                        app::Outside& outside,
                                                        ProgressLines& progress,
                                                        const std::stop_token& stop);

/// A cluster's error, with the cluster's name before it where there are several. One that has no
/// name, as what was to name it could not be read, is told by its error.
Error error_of_cluster(Error error, const std::string& id, const std::string& bootstrap_servers,
                       bool several);

/// What the commands of `partwise cluster` share. Tells the warnings of the settings at once.
/// Both arguments must outlive it.
class OutsideRun {
 public:
  OutsideRun(const Settings& settings, const app::ClusterOptions& where);

  ProgressLines& progress() { return progress_; }
  app::Outside& outside() { return outside_; }
  [[nodiscard]] const std::stop_token& stop() const { return interrupt_.token(); }

  /// The clusters that there are, if none can be visited, too; else as visited_or_status.
  tl::expected<app::FoundClusters, int> clusters_or_status();
  tl::expected<app::FoundClusters, int> visited_or_status();

 private:
  const app::ClusterOptions& where_;
  ProgressLines progress_;
  Interrupt interrupt_;  // before the threads of what is below
  app::Outside outside_;
};

}  // namespace partwise::cli
