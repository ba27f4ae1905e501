#include "app/recommend.h"

#include <algorithm>
#include <exception>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/cluster_keys.h"
#include "app/demand_services.h"
#include "app/metered_run.h"
#include "app/results_writer.h"
#include "app/sampled_run.h"
#include "app/scanned_run.h"
#include "app/survey.h"
#include "app/version.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/units.h"
#include "config/client_properties.h"
#include "kafka/cluster.h"
#include "kafka/record_scan.h"

namespace partwise::app {
namespace {

using sizing::ClusterReport;
using sizing::ClusterStatus;
using sizing::TopicReport;

/// Adds which cluster it is and the bytes on the wire to what a run tells of itself.
class WithTraffic final : public Progress {
 public:
  WithTraffic(Progress& below, std::string address, const kafka::TrafficCounters& traffic)
      : below_(below), address_(std::move(address)), traffic_(traffic) {}
  void update(const ClusterProgress& progress) override {
    auto full = progress;
    full.address = address_;
    full.bytes_read = traffic_.bytes_fetched;
    below_.update(full);
  }
  void say(const std::string& line) override { below_.say(line); }
  void detail(const std::string& line) override { below_.detail(line); }

 private:
  Progress& below_;
  std::string address_;
  const kafka::TrafficCounters& traffic_;
};

sizing::Traffic traffic_of(const kafka::TrafficCounters& counters) {
  return {counters.requests,       counters.list_offsets_requests,
          counters.fetch_requests, counters.bytes_received,
          counters.bytes_fetched,  static_cast<double>(counters.list_offsets_us) / 1e6};
}

/// What the runs of all clusters share.
struct Shared {
  const RecommendOptions& options;
  const FoundClusters& found;
  Outside& outside;
  ClusterKeys& keys;
  const DemandServices& services;
  const Registries& registries;
  const sizing::RecommendReport& header;
  RecommendEvents& events;
  Progress& progress;
  const std::stop_token& stop;
};

/// One cluster from its address to its report.
class ClusterRun {
 public:
  ClusterRun(std::size_t index, const Shared& shared)
      : index_(index),
        shared_(shared),
        found_(shared.found.clusters[index]),
        access_(found_.access),
        options_(shared.options),
        events_(shared.events),
        progress_(shared.progress, access_.bootstrap_servers + access_.id, traffic_),
        stop_(shared.stop) {}

  /// Gets access, and makes sure that results can be written where they are wanted.
  void enter() {
    entered_ = true;
    unless_it_fails([this] { return get_in(); });
  }

  /// Behind enter: what is not to be done before every cluster was asked.
  void register_schemas() {
    if (!results_ || report_.error) return;
    unless_it_fails([this] { return results_->register_schemas(stop_); });
  }

  /// What is wrong with the settings, so that no cluster is to be measured.
  [[nodiscard]] std::optional<Error> wrong_settings() const {
    if (!results_asked_ || !report_.error) return std::nullopt;
    if (report_.error->kind != ErrorKind::invalid_input) return std::nullopt;
    auto error = *report_.error;
    error.message = fmt::format("cluster {}: {}", shown_name(), error.message);
    return error;
  }

  ClusterReport run() {
    const auto& clock = shared_.outside.clock();
    const auto start = clock.steady_now();
    report_.cluster_id = access_.id;
    report_.bootstrap_servers = access_.bootstrap_servers;
    if (!entered_) enter();
    if (!report_.error) unless_it_fails([this] { return measure(); });
    unless_it_fails([this] { return finish_results(); });
    take_away_key();
    report_.elapsed_s = seconds(clock.steady_now() - start);
    report_.traffic = traffic_of(traffic_);
    report_.bytes_read = report_.traffic.bytes_fetched;
    unless_it_fails([this] { return tell(); });
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::string shown_name() const {
    return access_.id.empty() ? access_.bootstrap_servers : access_.id;
  }

  [[nodiscard]] kafka::ClientSettings client_settings() const {
    return {access_.properties, options_.where.timeout, false};
  }

  // Runs may have threads of their own: what is thrown, if there is no memory, say, is the trouble
  // of this cluster, and the rows that it has are kept.
  template <class Step>
  void unless_it_fails(Step step) {
    Result<> result;
    try {
      result = step();
    } catch (const std::exception& error) {
      result = fail(ErrorKind::limit, fmt::format("the run broke off: {}", error.what()));
    }
    if (result) return;
    const bool stopped = result.error().kind == ErrorKind::interrupted;
    report_.status = stopped ? ClusterStatus::interrupted : ClusterStatus::failed;
    report_.error = std::move(result).error();
  }

  Result<> tell() {
    sort_topics();
    events_.cluster_finished(report_);
    return {};
  }

  Result<> get_in() {
    if (found_.error) return tl::unexpected(*found_.error);
    progress_.update({{}, shown_name(), "connecting", 0, 0, 0, 0});
    access_ = TRY(shared_.keys.access(index_, stop_));
    if (!options_.results.wanted) return {};
    results_asked_ = true;
    results_ = TRY(ResultsWriter::open(options_.results, shared_.registries, access_,
                                       options_.where.timeout, shared_.outside, stop_));
    return {};
  }

  Result<> measure() {
    if (results_) TRY(results_->make_topic(stop_));
    auto port =
        TRY(kafka::open_cluster({client_settings(), options_.sampling_timeout}, traffic_, stop_));
    auto survey =
        TRY(survey_cluster(*port, options_, shared_.outside.clock().now(), progress_, stop_));
    // The name that the user knows the cluster by names its files.
    if (!access_.id.empty()) survey.cluster_id = access_.id;
    note_survey(survey);
    events_.cluster_started(report_);
    if (options_.measured.checked_by) TRY(check_by(*options_.measured.checked_by, *port, survey));
    TRY(measure_by(options_.measured.method, *port, survey,
                   [this](TopicReport row) { keep(std::move(row)); }));
    judge_status(std::ssize(survey.topics));
    return {};
  }

  void take_away_key() {
    unless_it_fails([this]() -> Result<> {
      shared_.keys.take_away(index_);
      return {};
    });
  }

  Result<> finish_results() {
    if (!results_) return {};
    report_.warnings.insert(report_.warnings.end(), results_->warnings().begin(),
                            results_->warnings().end());
    auto shortfall = results_->finish();
    if (!shortfall) {
      if (results_->delivered() == 0) return {};
      progress_.say(fmt::format("{}: {} written to the topic {}", shown_name(),
                                counted_text(results_->delivered(), "result"),
                                options_.results.topic.name));
      return {};
    }
    if (report_.status == ClusterStatus::ok) report_.status = ClusterStatus::partial;
    if (!report_.error) report_.error = std::move(shortfall);
    return {};
  }

  void note_survey(const Survey& survey) {
    report_.cluster_id = survey.cluster_id;
    report_.brokers = survey.brokers;
    report_.warnings = survey.warnings;
    for (const auto& topic : survey.topics) {
      if (topic.stored_bytes) {
        report_.bytes_stored = report_.bytes_stored.value_or(0) + *topic.stored_bytes;
      }
      // What a remote tier holds is not counted: that size says nothing per record.
      if (!topic.remote_storage) stored_[topic.name] = topic.stored_bytes;
    }
  }

  Result<> measure_by(Method method, sample::ClusterPort& port, const Survey& survey,
                      const TopicSink& sink) {
    if (method != Method::sampling_records) return meter(method, survey, sink);
    if (options_.full_scan) {
      const auto scan = kafka::record_scan(scan_settings(), traffic_);
      report_.lookups = run_scanned(port, *scan, survey, options_, sink, progress_, stop_);
    } else {
      report_.lookups = run_sampled(port, survey, options_, sink, progress_, stop_);
    }
    return {};
  }

  Result<> meter(Method method, const Survey& survey, const TopicSink& sink) {
    const auto source = shared_.services.source(method);
    auto told = TRY(run_metered(*source, survey, options_, sink, progress_, stop_));
    report_.service_requests += told.requests;
    report_.cluster_load = told.cluster_load;
    incomplete_ = incomplete_ || told.told_nothing;
    report_.warnings.insert(report_.warnings.end(), told.warnings.begin(), told.warnings.end());
    return {};
  }

  // Rows of the other method, for those of the first to be shown beside. Where it fails as a whole,
  // the first is still worth having.
  Result<> check_by(Method method, sample::ClusterPort& port, const Survey& survey) {
    auto result = measure_by(method, port, survey, [&](const TopicReport& row) {
      other_rows_[row.name] = cross_check_of(row, method);
    });
    if (result) return {};
    if (result.error().kind == ErrorKind::interrupted) return result;
    other_rows_.clear();
    incomplete_ = true;
    report_.warnings.push_back(
        fmt::format("no cross-check by {}: {}", name_of(method), result.error().message));
    return {};
  }

  static sizing::CrossCheck cross_check_of(const TopicReport& row, Method method) {
    sizing::CrossCheck other;
    other.method = name_of(method);
    if (const auto* failure = sizing::main_failure(row); failure != nullptr && !row.recommended) {
      other.failure = failure->message;
    }
    other.mean_record_bytes = row.mean_record_bytes;
    other.mean_bytes_per_s = row.mean_bytes_per_s;
    other.peak_bytes_per_s = row.peak_bytes_per_s;
    other.recommended = row.recommended;
    other.recommended_range = row.recommended_range;
    return other;
  }

  [[nodiscard]] kafka::ScanSettings scan_settings() const {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return {client_settings(),
            std::min(options_.max_workers_per_cluster, cores),
            options_.sampling_batch_size,
            options_.where.timeout,
            {}};
  }

  void keep(TopicReport row) {
    add_stored(row);
    if (const auto other = other_rows_.find(row.name); other != other_rows_.end()) {
      row.cross_check = other->second;
    }
    if (results_) results_->write(shared_.header, report_.cluster_id, row, stop_);
    events_.topic_finished(report_, row);
    report_.topics.push_back(std::move(row));
  }

  // Sizes on disk beside the sampled ones, where both say something about the same records.
  void add_stored(TopicReport& row) const {
    const auto stored = stored_.find(row.name);
    // What a service counted came in the window; what is on disk is the log.
    if (row.decided_by == sizing::Decision::counted) return;
    if (stored == stored_.end() || !stored->second || row.records == 0) return;
    row.stored_bytes_per_record =
        static_cast<double>(*stored->second) / static_cast<double>(row.records);
    if (row.compacted == false && row.mean_record_bytes && *row.stored_bytes_per_record > 0) {
      row.compression_ratio = row.mean_record_bytes->value / *row.stored_bytes_per_record;
    }
  }

  void judge_status(std::ptrdiff_t chosen) {
    const auto sum = sizing::totals(report_);
    if (stop_.stop_requested() && sum.topics < chosen) {
      report_.status = ClusterStatus::interrupted;
      report_.error = Error{ErrorKind::interrupted,
                            fmt::format("interrupted: {} of {} topics kept", sum.topics, chosen),
                            {},
                            {}};
      return;
    }
    const bool doubts = std::any_of(report_.topics.begin(), report_.topics.end(),
                                    [](const auto& topic) { return !topic.failures.empty(); });
    if (sum.failed > 0 || doubts || incomplete_) report_.status = ClusterStatus::partial;
    if (sum.failed == sum.topics) fail_as_a_whole();
  }

  // No topic could be measured: what the first one met is the cluster's trouble.
  void fail_as_a_whole() {
    report_.status = ClusterStatus::failed;
    for (const auto& topic : report_.topics) {
      const auto* failure = sizing::main_failure(topic);
      if (failure == nullptr) continue;
      report_.error =
          Error{failure->kind,
                fmt::format("no topic could be measured; {}: {}", topic.name, failure->message),
                {},
                {}};
      return;
    }
    report_.error = Error{ErrorKind::unavailable,
                          "no topic could be measured: no record of any could be read",
                          "see the warnings in the report",
                          {}};
  }

  void sort_topics() {
    std::sort(report_.topics.begin(), report_.topics.end(), [](const auto& a, const auto& b) {
      return std::pair(lowered(a.name), a.name) < std::pair(lowered(b.name), b.name);
    });
  }

  std::size_t index_;
  const Shared& shared_;
  const FoundCluster& found_;
  config::ClusterAccess access_;
  const RecommendOptions& options_;
  RecommendEvents& events_;
  kafka::TrafficCounters traffic_;
  WithTraffic progress_;
  const std::stop_token& stop_;
  std::map<std::string, std::optional<std::int64_t>> stored_;  // bytes on disk by topic
  std::map<std::string, sizing::CrossCheck> other_rows_;       // by topic
  std::unique_ptr<ResultsWriter> results_;                     // null: not wanted
  bool entered_ = false;
  bool results_asked_ = false;  // whether they can be written
  bool incomplete_ = false;     // what was asked for and is missing has its warning
  ClusterReport report_;
};

/// The runs of all clusters, some at a time.
class ClusterRuns {
 public:
  explicit ClusterRuns(const Shared& shared) : shared_(shared) {
    for (std::size_t i = 0; i < shared.found.clusters.size(); ++i) {
      runs_.push_back(std::make_unique<ClusterRun>(i, shared));
    }
  }

  /// Whoever wants results written wants to know first that they can't: every cluster is asked
  /// before anything is made, and then every registry, before anything is measured.
  Result<> open_results() {
    for (const auto step : {&ClusterRun::enter, &ClusterRun::register_schemas}) {
      each([&](std::size_t i) { (*runs_[i].*step)(); });
      for (const auto& run : runs_) {
        if (auto wrong = run->wrong_settings()) return tl::unexpected(*std::move(wrong));
      }
    }
    return {};
  }

  std::vector<ClusterReport> measured() {
    std::vector<ClusterReport> reports(runs_.size());
    each([&](std::size_t i) {
      reports[i] = runs_[i]->run();
      runs_[i].reset();
    });
    return reports;
  }

 private:
  template <class Work>
  void each(const Work& work) const {
    in_parallel(runs_.size(), static_cast<std::size_t>(shared_.options.max_cluster_workers), work);
  }

  const Shared& shared_;
  std::vector<std::unique_ptr<ClusterRun>> runs_;
};

}  // namespace

sizing::RecommendReport report_header(const RecommendOptions& options, Instant started) {
  sizing::RecommendReport report;
  report.version = std::string(version);
  report.started = started;
  report.settings = run_settings(options);
  return report;
}

Result<sizing::RecommendReport> recommend(const RecommendOptions& options,
                                          const FoundClusters& found, Outside& outside,
                                          RecommendEvents& events, Progress& progress,
                                          const std::stop_token& stop) {
  auto report = report_header(options, outside.clock().now());
  // Before any key is made: without them, there is no use in one.
  Registries registries;
  if (options.results.wanted) registries = TRY(results_registries(options.results, outside, stop));
  ClusterKeys keys(found, options.where, outside, progress);
  keys.make_all(stop);
  const DemandServices services(options, found, outside);
  const auto header = report;
  const Shared shared{options,    found,  outside, keys,     services,
                      registries, header, events,  progress, stop};
  ClusterRuns runs(shared);
  if (options.results.wanted) TRY(runs.open_results());
  report.clusters = runs.measured();
  report.keys_left = keys.take_all_away();
  return report;
}

}  // namespace partwise::app
