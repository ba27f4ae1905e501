#include "cli/recommend_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/recommend.h"
#include "app/recommend_options.h"
#include "cli/command_line.h"
#include "cli/exit_status.h"
#include "cli/interrupt.h"
#include "cli/option_help.h"
#include "cli/progress_lines.h"
#include "cli/terminal.h"
#include "report/csv.h"
#include "report/explain.h"
#include "report/files.h"
#include "report/table.h"
#include "sizing/report_json.h"

namespace partwise::cli {
namespace {

using app::RecommendOptions;
using config::OptionValues;
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

  std::optional<Error> error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  void keep(Result<> result) {
    if (result) return;
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(result).error();
  }

  report::ReportFiles& files_;
  sizing::RecommendReport header_;
  std::mutex mutex_;
  std::optional<Error> error_;
};

config::Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

struct Settings {
  OptionValues values;
  std::vector<std::string> warnings;
};

tl::expected<Settings, Errors> read_settings(const ParsedLine& line) {
  const auto table = app::recommend_option_table();
  const auto env_file = line.flags.find("env_file");
  const bool named = env_file != line.flags.end();
  auto entries = config::env_file_from_file(named ? env_file->second.text : ".env", named);
  if (!entries) return tl::unexpected(std::move(entries).error());
  config::OptionSources sources{line.flags, process_environment(), std::move(*entries)};
  auto values = config::resolve(table, sources);
  if (!values) return tl::unexpected(std::move(values).error());
  return Settings{std::move(*values), config::env_file_warnings(table, sources.env_file)};
}

void print_explanations(const sizing::RecommendReport& run, const report::Style& style) {
  for (const auto& cluster : run.clusters) {
    for (const auto& topic : cluster.topics) {
      fmt::print("{}", report::explanation(run.settings, cluster, topic, style));
    }
  }
}

void print_report(const sizing::RecommendReport& run, const RecommendOptions& options,
                  const report::Style& style) {
  if (options.format == "json") {
    fmt::print("{}", sizing::to_json(run));
  } else if (options.format == "csv") {
    fmt::print("{}", report::detail_header());
    for (const auto& cluster : run.clusters) {
      for (const auto& topic : cluster.topics)
        fmt::print("{}", report::detail_row(cluster.cluster_id, topic, run.settings));
    }
  } else if (!options.explain.empty()) {
    print_explanations(run, style);
  } else {
    fmt::print("{}", report::table(run, style));
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
  std::FILE* out = options.format == "table" ? stdout : stderr;
  const auto topic = most_raised_topic(run);
  if (options.format == "table" && options.explain.empty() && !topic.empty()) {
    fmt::print(out, "  One topic's reasoning: partwise recommend ... --explain {}\n", topic);
  }
  for (const auto& file : written) fmt::print(out, "  Written: {}\n", file);
}

void print_cluster_errors(const sizing::RecommendReport& run) {
  for (const auto& cluster : run.clusters) {
    if (!cluster.error) continue;
    auto error = *cluster.error;
    if (run.clusters.size() > 1) {
      error.message =
          fmt::format("cluster {}: {}",
                      cluster.cluster_id.empty() ? cluster.bootstrap_servers : cluster.cluster_id,
                      error.message);
    }
    fmt::print(stderr, "{}", error_text(error));
  }
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) fmt::print(stderr, "warning: {}\n", warning);
}

int run(const RecommendOptions& options, const OptionValues& values,
        const std::vector<std::string>& warnings) {
  const SystemClock clock;
  auto files = report::ReportFiles::open(options.out, clock.now());
  if (!files) {
    print_errors({std::move(files).error()});
    return bad_usage;
  }
  print_warnings(warnings);

  ProgressLines progress(is_terminal(STDERR_FILENO), values.boolean("verbose"));
  const Interrupt interrupt([&progress] {
    progress.say(fmt::format("stopping; {} topics kept", progress.topics_done()));
  });
  FileWriter writer(*files, app::report_header(options, clock.now()));
  const auto report = app::recommend(options, clock, writer, progress, interrupt.token());
  progress.finish();

  print_report(report, options, style_for(values.text("color")));
  print_ending(report, options, files->written());
  print_cluster_errors(report);
  if (const auto error = writer.error()) {
    print_errors({*error});
    return failed;
  }
  return exit_status_of(report);
}

}  // namespace

std::string recommend_help() {
  return fmt::format(
      "How many partitions does every topic need, why, and how sure is that?\n\n"
      "Usage: partwise recommend --bootstrap-servers HOST:PORT [OPTIONS]\n\n"
      "Demand is measured on the brokers: record counts over time from offset lookups, record "
      "sizes\n"
      "from samples. Nothing is written to the cluster, no consumer group is joined.\n\n"
      "Examples:\n"
      "  partwise recommend --bootstrap-servers localhost:9092\n"
      "  partwise recommend --config client.properties --topic-filter orders,payments \\\n"
      "      --consumer-throughput 25MB/s --sampling-days 14\n"
      "  partwise recommend --bootstrap-servers localhost:9092 --format json | jq "
      "'.clusters[].topics[]'\n"
      "{}\n"
      "Files: <cluster id>-recommender-<epoch>-detail-report.csv, -summary-report.csv, "
      "-report.json\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::recommend_option_table()));
}

int recommend_command(const Arguments& arguments) {
  const auto line = parsed_line(app::recommend_option_table(), arguments);
  if (!line) {
    print_errors(line.error());
    return bad_usage;
  }
  if (line->help && line->unknown.empty()) {
    fmt::print("{}", recommend_help());
    return done;
  }
  const auto settings = read_settings(*line);
  if (!settings || !line->unknown.empty()) {
    print_errors(line->unknown);
    if (!settings) print_errors(settings.error());
    return bad_usage;
  }
  if (settings->values.boolean("show_config")) {
    print_warnings(settings->warnings);
    fmt::print("{}", config::shown(app::recommend_option_table(), settings->values));
    return done;
  }
  const auto options = app::recommend_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  auto warnings = settings->warnings;
  warnings.insert(warnings.end(), options->warnings.begin(), options->warnings.end());
  return run(*options, settings->values, warnings);
}

}  // namespace partwise::cli
