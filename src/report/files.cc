#include "report/files.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "report/csv.h"
#include "report/html.h"
#include "sizing/report_json.h"

namespace partwise::report {
ReportFiles::ReportFiles(OutFolder folder, Instant started)
    : folder_(std::move(folder)),
      epoch_(std::chrono::floor<std::chrono::seconds>(started).time_since_epoch().count()),
      shared_(std::make_unique<Shared>()) {}

Result<ReportFiles> ReportFiles::open(const std::string& folder, Instant started) {
  auto opened = TRY(OutFolder::open(folder));
  return ReportFiles(std::move(opened), started);
}

std::string ReportFiles::name(const std::string& cluster_id, const char* rest) const {
  return fmt::format("{}-recommender-{}-{}", cluster_id, epoch_, rest);
}

Result<> ReportFiles::begin(const std::string& cluster_id) {
  const auto path = folder_.path(name(cluster_id, "detail-report.csv"));
  const std::scoped_lock lock(shared_->mutex);
  auto& file = shared_->details[cluster_id];
  file.open(path, std::ios::trunc);
  file << detail_header() << std::flush;
  if (!file) return cannot_write(path);
  shared_->written.push_back(path);
  return {};
}

Result<> ReportFiles::add(const std::string& cluster_id, const sizing::TopicReport& topic,
                          const sizing::RunSettings& settings) {
  const auto row = detail_row(cluster_id, topic, settings);
  const std::scoped_lock lock(shared_->mutex);
  auto& file = shared_->details[cluster_id];
  file << row << std::flush;
  if (!file) return cannot_write(folder_.path(name(cluster_id, "detail-report.csv")));
  return {};
}

Result<> ReportFiles::write(const std::string& name, const std::string& text) {
  TRY(folder_.write(name, text));
  const std::scoped_lock lock(shared_->mutex);
  auto& written = shared_->written;
  const auto path = folder_.path(name);
  if (std::find(written.begin(), written.end(), path) == written.end()) written.push_back(path);
  return {};
}

Result<> ReportFiles::finish(const sizing::RecommendReport& run,
                             const sizing::ClusterReport& cluster) {
  TRY(write(name(cluster.cluster_id, "summary-report.csv"), summary(run, cluster)));
  const auto json = sizing::to_json(run, cluster);
  TRY(write(name(cluster.cluster_id, "report.json"), json));
  return write(name(cluster.cluster_id, "report.html"), html_report(json));
}

std::vector<std::string> ReportFiles::written() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->written;
}

}  // namespace partwise::report
