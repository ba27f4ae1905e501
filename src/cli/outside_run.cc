#include "cli/outside_run.h"

#include <unistd.h>

#include <string>

#include "cli/exit_status.h"
#include "cli/terminal.h"

namespace partwise::cli {

app::OutsideSettings outside_settings(const config::Environment& environment,
                                      const app::ClusterOptions& where, ProgressLines& progress) {
  return {environment, where.service_patience,
          [&progress](const std::string& line) { progress.detail(line); }};
}

tl::expected<app::FoundClusters, int> clusters_or_status(const app::ClusterOptions& where,
                                                         app::Outside& outside,
                                                         ProgressLines& progress,
                                                         const std::stop_token& stop) {
  auto found = app::find_clusters(where, outside, stop);
  if (found) return std::move(*found);
  progress.finish();
  print_errors({found.error()});
  return tl::unexpected(static_cast<int>(exit_status_of(found.error())));
}

OutsideRun::OutsideRun(const Settings& settings, const app::ClusterOptions& where)
    : where_(where),
      progress_(is_terminal(STDERR_FILENO), settings.values.boolean("verbose")),
      interrupt_([this] { progress_.say("stopping"); }),
      outside_(outside_settings(settings.environment(), where, progress_)) {
  print_warnings(settings.warnings);
  print_warnings(where.warnings);
}

tl::expected<app::FoundClusters, int> OutsideRun::clusters_or_status() {
  return cli::clusters_or_status(where_, outside_, progress_, stop());
}

}  // namespace partwise::cli
