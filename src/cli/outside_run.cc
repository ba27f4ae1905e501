#include "cli/outside_run.h"

#include <unistd.h>

#include <string>

#include <fmt/format.h>

#include "cli/exit_status.h"
#include "cli/terminal.h"

namespace partwise::cli {

std::string leaving_text(const app::ClusterOptions& where) {
  if (!where.from_cloud) return "leaving at once";
  return "leaving at once: temporary API keys may be left, which partwise cluster keys --prune "
         "shows, and with --yes deletes";
}

app::OutsideSettings outside_settings(const config::Environment& environment,
                                      const app::ClusterOptions& where, ProgressLines& progress) {
  return {environment, where.service_patience,
          [&progress](const std::string& line) { progress.detail(line); }};
}

namespace {

tl::unexpected<int> told(const Error& error, ProgressLines& progress) {
  progress.finish();
  print_errors({error});
  return tl::unexpected(static_cast<int>(exit_status_of(error)));
}

tl::expected<app::FoundClusters, int> found_or_status(const app::ClusterOptions& where,
                                                      app::Outside& outside,
                                                      ProgressLines& progress,
                                                      const std::stop_token& stop) {
  auto found = app::find_clusters(where, outside, stop);
  if (!found) return told(found.error(), progress);
  print_warnings(found->warnings);
  return std::move(*found);
}

}  // namespace

tl::expected<app::FoundClusters, int> visited_or_status(const app::ClusterOptions& where,
                                                        app::Outside& outside,
                                                        ProgressLines& progress,
                                                        const std::stop_token& stop) {
  auto found = found_or_status(where, outside, progress, stop);
  if (!found) return found;
  print_warnings(app::skipped_texts(*found));
  if (const auto visit = app::check_visit(*found, where); !visit) {
    return told(visit.error(), progress);
  }
  return found;
}

Error error_of_cluster(Error error, const std::string& id, const std::string& bootstrap_servers,
                       bool several) {
  const auto& name = id.empty() ? bootstrap_servers : id;
  if (several && !name.empty()) error.message = fmt::format("cluster {}: {}", name, error.message);
  return error;
}

OutsideRun::OutsideRun(const Settings& settings, const app::ClusterOptions& where)
    : where_(where),
      progress_(is_terminal(STDERR_FILENO), settings.values.boolean("verbose")),
      interrupt_([this] { progress_.say("stopping"); },
                 [this] { tell(leaving_text(where_) + "\n"); }),
      outside_(outside_settings(settings.environment(), where, progress_)) {
  print_warnings(settings.warnings);
  print_warnings(where.warnings);
}

tl::expected<app::FoundClusters, int> OutsideRun::clusters_or_status() {
  return found_or_status(where_, outside_, progress_, stop());
}

tl::expected<app::FoundClusters, int> OutsideRun::visited_or_status() {
  return cli::visited_or_status(where_, outside_, progress_, stop());
}

}  // namespace partwise::cli
