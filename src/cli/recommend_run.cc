#include "cli/recommend_run.h"

#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/recommend.h"
#include "cli/exit_status.h"
#include "cli/outside_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/clusters_summary.h"
#include "report/csv.h"
#include "report/explain.h"
#include "report/files.h"
#include "report/table.h"
#include "sizing/report_json.h"

namespace partwise::cli {
namespace {

using app::RecommendOptions;
using sizing::ClusterReport;
using sizing::TopicReport;

/// Writes the files while the run goes on.
///
/// threads: any
class FileWriter final : public app::RecommendEvents {
 public:
  FileWriter(report::ReportFiles& files, sizing::RecommendReport header)
      : files_(files), header_(std::move(header)) {}

  void cluster_started(const ClusterReport& cluster) override {
    keep(files_.begin(cluster.cluster_id));
  }

  void topic_finished(const ClusterReport& cluster, const TopicReport& topic) override {
    keep(files_.add(cluster.cluster_id, topic, header_.settings));
  }

  void cluster_finished(const ClusterReport& cluster) override {
    // A cluster that was not reached may have no name to name its files by.
    if (!cluster.cluster_id.empty()) keep(files_.finish(header_, cluster));
  }

  /// Files that were written before it was known that keys would be left say so, too.
  void add_keys_left(const sizing::RecommendReport& run) {
    if (run.keys_left.empty()) return;
    header_.keys_left = run.keys_left;
    for (const auto& cluster : run.clusters) cluster_finished(cluster);
  }

  std::optional<Error> error() {
    const std::scoped_lock lock(mutex_);
    return error_;
  }

 private:
  void keep(Result<> result) {
    if (result) return;
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(result).error();
  }

  report::ReportFiles& files_;
  sizing::RecommendReport header_;
  std::mutex mutex_;
  std::optional<Error> error_;
};

void print_explanations(const sizing::RecommendReport& run, const report::Style& style) {
  for (const auto& cluster : run.clusters) {
    for (const auto& topic : cluster.topics) {
      fmt::print("{}", report::explanation(run.settings, cluster, topic, style));
    }
  }
}

void print_report(const sizing::RecommendReport& run, const RecommendOptions& options,
                  const RecommendShown& shown) {
  const auto style = style_for(shown.color);
  if (options.format == "json") {
    fmt::print("{}", sizing::to_json(run));
  } else if (options.format == "csv") {
    fmt::print("{}", report::detail_header());
    for (const auto& cluster : run.clusters) {
      for (const auto& topic : cluster.topics)
        fmt::print("{}", report::detail_row(cluster.cluster_id, topic, run.settings));
    }
  } else if (!options.topics.only.empty()) {
    print_explanations(run, style);
  } else {
    fmt::print("{}", report::table(run, style, shown.truth));
  }
}

std::string most_raised_topic(const sizing::RecommendReport& run) {
  const sizing::TopicReport* most = nullptr;
  for (const auto& cluster : run.clusters) {
    for (const auto& topic : cluster.topics) {
      if (topic.recommended.value_or(0) <= topic.partitions) continue;
      if (most == nullptr || *topic.recommended > *most->recommended) most = &topic;
    }
  }
  return most == nullptr ? std::string() : most->name;
}

// What to read next, for people; on standard error where standard output is for machines.
void print_ending(const sizing::RecommendReport& run, const RecommendOptions& options,
                  const std::vector<std::string>& written) {
  const bool for_people = options.format == "table";
  const auto topic = most_raised_topic(run);
  std::string text;
  if (for_people && options.topics.only.empty() && !topic.empty()) {
    text += fmt::format("  One topic's reasoning: partwise recommend ... --explain {}\n", topic);
  }
  for (const auto& file : written) text += fmt::format("  Written: {}\n", file);
  text += report::clusters_summary(run);
  if (for_people) {
    fmt::print("{}", text);
  } else {
    tell(text);
  }
}

void print_cluster_errors(const sizing::RecommendReport& run) {
  for (const auto& cluster : run.clusters) {
    if (!cluster.error) continue;
    print_errors({error_of_cluster(*cluster.error, cluster.cluster_id, cluster.bootstrap_servers,
                                   run.clusters.size() > 1)});
  }
}

RecommendOutcome measure_and_print(const RecommendOptions& options, const RecommendShown& shown,
                                   const app::FoundClusters& found, app::Outside& outside,
                                   ProgressLines& progress, const std::stop_token& stop) {
  auto files = report::ReportFiles::open(options.out, outside.clock().now());
  if (!files) {
    print_errors({std::move(files).error()});
    return {{}, bad_usage};
  }
  FileWriter writer(*files, app::report_header(options, outside.clock().now()));
  auto report = app::recommend(options, found, outside, writer, progress, stop);
  progress.finish();
  if (!report) {
    print_errors({report.error()});
    return {{}, exit_status_of(report.error())};
  }
  RecommendOutcome outcome{std::move(*report), done};
  writer.add_keys_left(outcome.report);

  print_report(outcome.report, options, shown);
  print_ending(outcome.report, options, files->written());
  print_cluster_errors(outcome.report);
  outcome.status = exit_status_of(outcome.report);
  if (const auto error = writer.error()) {
    print_errors({*error});
    outcome.status = failed;
  }
  return outcome;
}

}  // namespace

RecommendOutcome run_recommend(const RecommendOptions& options, const RecommendShown& shown,
                               const config::Environment& environment, ProgressLines& progress,
                               const std::stop_token& stop) {
  app::Outside outside(outside_settings(environment, options.where, progress));
  const auto found = visited_or_status(options.where, outside, progress, stop);
  if (!found) return {{}, found.error()};
  return measure_and_print(options, shown, *found, outside, progress, stop);
}

}  // namespace partwise::cli
