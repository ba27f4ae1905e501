#include "app/recommend.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/sampled_run.h"
#include "app/scanned_run.h"
#include "app/survey.h"
#include "app/version.h"
#include "base/text.h"
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

/// One cluster from its address to its report.
class ClusterRun {
 public:
  ClusterRun(const config::ClusterAccess& access, const RecommendOptions& options,
             const Clock& clock, RecommendEvents& events, Progress& progress,
             const std::stop_token& stop)
      : access_(access),
        options_(options),
        clock_(clock),
        events_(events),
        progress_(progress, access.bootstrap_servers + access.id, traffic_),
        stop_(stop) {}

  ClusterReport run() {
    const auto start = clock_.steady_now();
    report_.cluster_id = access_.id;
    report_.bootstrap_servers = access_.bootstrap_servers;
    unless_it_fails([this] { return measure(); });
    report_.elapsed_s = seconds(clock_.steady_now() - start);
    report_.traffic = traffic_of(traffic_);
    report_.bytes_read = report_.traffic.bytes_fetched;
    unless_it_fails([this] { return tell(); });
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::string shown_name() const {
    return report_.cluster_id.empty() ? access_.bootstrap_servers : report_.cluster_id;
  }

  [[nodiscard]] kafka::ClientSettings client_settings() const {
    return {access_.properties, options_.timeout, false};
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

  Result<> measure() {
    progress_.update({{}, shown_name(), "connecting", 0, 0, 0, 0});
    auto port =
        TRY(kafka::open_cluster({client_settings(), options_.sampling_timeout}, traffic_, stop_));
    auto survey = TRY(survey_cluster(*port, options_, clock_.now(), progress_, stop_));
    // The name that the user knows the cluster by names its files.
    if (!access_.id.empty()) survey.cluster_id = access_.id;
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
    events_.cluster_started(report_);
    const TopicSink sink = [this](TopicReport row) { keep(std::move(row)); };
    if (options_.full_scan) {
      const auto scan = kafka::record_scan(scan_settings(), traffic_);
      report_.lookups = run_scanned(*port, *scan, survey, options_, sink, progress_, stop_);
    } else {
      report_.lookups = run_sampled(*port, survey, options_, sink, progress_, stop_);
    }
    judge_status(std::ssize(survey.topics));
    return {};
  }

  [[nodiscard]] kafka::ScanSettings scan_settings() const {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return {client_settings(), std::min(options_.max_workers_per_cluster, cores),
            options_.sampling_batch_size, options_.timeout};
  }

  void keep(TopicReport row) {
    add_stored(row);
    events_.topic_finished(report_, row);
    report_.topics.push_back(std::move(row));
  }

  // Sizes on disk beside the sampled ones, where both say something about the same records.
  void add_stored(TopicReport& row) const {
    const auto stored = stored_.find(row.name);
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
    if (sum.failed > 0 || doubts) report_.status = ClusterStatus::partial;
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

  const config::ClusterAccess& access_;
  const RecommendOptions& options_;
  const Clock& clock_;
  RecommendEvents& events_;
  kafka::TrafficCounters traffic_;
  WithTraffic progress_;
  const std::stop_token& stop_;
  std::map<std::string, std::optional<std::int64_t>> stored_;  // bytes on disk by topic
  ClusterReport report_;
};

}  // namespace

sizing::RecommendReport report_header(const RecommendOptions& options, Instant started) {
  sizing::RecommendReport report;
  report.version = std::string(version);
  report.started = started;
  report.settings = run_settings(options);
  return report;
}

sizing::RecommendReport recommend(const RecommendOptions& options, const Clock& clock,
                                  RecommendEvents& events, Progress& progress,
                                  const std::stop_token& stop) {
  auto report = report_header(options, clock.now());
  report.clusters.resize(options.clusters.size());

  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < options.clusters.size(); i = next++) {
      report.clusters[i] =
          ClusterRun(options.clusters[i], options, clock, events, progress, stop).run();
    }
  };
  const auto workers = std::min<std::size_t>(options.clusters.size(),
                                             static_cast<std::size_t>(options.max_cluster_workers));
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  return report;
}

}  // namespace partwise::app
