// The report files of one run, written as the results come.
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "report/out_folder.h"
#include "sizing/report.h"

namespace partwise::report {

/// Files in one folder: <cluster id>-recommender-<epoch>-{detail-report.csv, summary-report.csv,
/// report.json, report.html}.
///
/// threads: any
class ReportFiles {
 public:
  /// errors: as OutFolder::open
  static Result<ReportFiles> open(const std::string& folder, Instant started);

  /// Begins the detail report of a cluster.
  Result<> begin(const std::string& cluster_id);

  /// Adds a finished topic's row; it is on disk when this returns.
  Result<> add(const std::string& cluster_id, const sizing::TopicReport& topic,
               const sizing::RunSettings& settings);

  /// Writes summary, JSON and HTML page of a finished cluster.
  Result<> finish(const sizing::RecommendReport& run, const sizing::ClusterReport& cluster);

  /// The files written so far, in order.
  [[nodiscard]] std::vector<std::string> written() const;

 private:
  struct Shared {
    std::mutex mutex;
    std::map<std::string, std::ofstream> details;
    std::vector<std::string> written;
  };
  ReportFiles(OutFolder folder, Instant started);
  [[nodiscard]] std::string name(const std::string& cluster_id, const char* rest) const;
  Result<> write(const std::string& name, const std::string& text);

  OutFolder folder_;
  std::int64_t epoch_;
  std::unique_ptr<Shared> shared_;
};

}  // namespace partwise::report
