#include "report/files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "report/csv.h"
#include "report/html.h"
#include "sizing/report_json.h"

namespace partwise::report {
namespace {

constexpr const char* elsewhere = "name a folder that you may write to";

tl::unexpected<Error> cannot_write(const std::string& path, const std::string& why,
                                   const char* hint = elsewhere) {
  return fail(ErrorKind::invalid_input, fmt::format("cannot write {}: {}", path, why), hint,
              "--out");
}

// Behind a write that failed, by errno.
tl::unexpected<Error> cannot_write(const std::string& path) {
  const int why = errno;
  const bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;
  return cannot_write(path, std::strerror(why),
                      full ? "make room there, or name another folder" : elsewhere);
}

// Asking for permission would not notice a read-only or full file system: a file is made.
Result<> try_folder(const std::string& folder) {
  std::string probe = folder + "/.partwise-XXXXXX";
  const int fd = mkstemp(probe.data());
  if (fd < 0) return cannot_write("into " + folder);
  close(fd);
  unlink(probe.c_str());
  return {};
}

}  // namespace

ReportFiles::ReportFiles(std::string folder, Instant started)
    : folder_(std::move(folder)),
      epoch_(std::chrono::floor<std::chrono::seconds>(started).time_since_epoch().count()),
      shared_(std::make_unique<Shared>()) {}

Result<ReportFiles> ReportFiles::open(const std::string& folder, Instant started) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return cannot_write(folder, error.message());
  if (!std::filesystem::is_directory(folder, error))
    return cannot_write(folder, "it is not a folder");
  TRY(try_folder(folder));
  return ReportFiles(folder, started);
}

std::string ReportFiles::path(const std::string& cluster_id, const char* rest) const {
  return fmt::format("{}/{}-recommender-{}-{}", folder_, cluster_id, epoch_, rest);
}

Result<> ReportFiles::begin(const std::string& cluster_id) {
  const auto name = path(cluster_id, "detail-report.csv");
  const std::scoped_lock lock(shared_->mutex);
  auto& file = shared_->details[cluster_id];
  file.open(name, std::ios::trunc);
  file << detail_header() << std::flush;
  if (!file) return cannot_write(name);
  shared_->written.push_back(name);
  return {};
}

Result<> ReportFiles::add(const std::string& cluster_id, const sizing::TopicReport& topic,
                          const sizing::RunSettings& settings) {
  const auto row = detail_row(cluster_id, topic, settings);
  const std::scoped_lock lock(shared_->mutex);
  auto& file = shared_->details[cluster_id];
  file << row << std::flush;
  if (!file) return cannot_write(path(cluster_id, "detail-report.csv"));
  return {};
}

Result<> ReportFiles::write(const std::string& name, const std::string& text) {
  // Complete or not there: a reader never sees half a report.
  const auto temporary = name + ".part";
  std::error_code error;
  std::ofstream file(temporary, std::ios::trunc);
  file << text << std::flush;
  if (!file) {
    auto failure = cannot_write(name);
    std::filesystem::remove(temporary, error);
    return failure;
  }
  file.close();
  std::filesystem::rename(temporary, name, error);
  if (error) {
    const auto why = error.message();
    std::filesystem::remove(temporary, error);
    return cannot_write(name, why);
  }
  const std::scoped_lock lock(shared_->mutex);
  auto& written = shared_->written;
  if (std::find(written.begin(), written.end(), name) == written.end()) written.push_back(name);
  return {};
}

Result<> ReportFiles::finish(const sizing::RecommendReport& run,
                             const sizing::ClusterReport& cluster) {
  TRY(write(path(cluster.cluster_id, "summary-report.csv"), summary(run, cluster)));
  const auto json = sizing::to_json(run, cluster);
  TRY(write(path(cluster.cluster_id, "report.json"), json));
  return write(path(cluster.cluster_id, "report.html"), html_report(json));
}

std::vector<std::string> ReportFiles::written() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->written;
}

}  // namespace partwise::report
