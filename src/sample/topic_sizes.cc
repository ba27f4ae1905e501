// What a TopicStudy reads to learn how large records are, and what it makes of it.
#include <algorithm>
#include <cmath>
#include <utility>

#include "sample/topic_study.h"

namespace partwise::sample {
namespace {

using sizing::Decision;
using sizing::Model;

// A record that fills a batch by itself takes 61 bytes for the batch, at most some 19 of its own,
// and what a codec puts around bytes that it cannot make fewer: gzip 23, LZ4 19, Java's snappy 26.
constexpr double overhead_max = 106;
constexpr double chance_deviations = 3;
constexpr int least_strata = 7;
constexpr int most_strata = 14;

double square(double x) { return x * x; }

}  // namespace

Round TopicStudy::ask_strata() {
  const int n = facts_.grid.count;
  const auto days = static_cast<int>(facts_.grid.length() / std::chrono::hours(24));
  const int slices = std::min(n, std::clamp(days, least_strata, most_strata));
  Round round;
  for (int i = 0; i <= slices; ++i) {
    strata_.push_back(static_cast<int>(static_cast<std::int64_t>(n) * i / slices));
    ask_row(round, strata_.back());
  }
  phase_ = Phase::sample;
  return round;
}

// Two batches' worth; more, where records differ so much that the mean of the full number of
// clusters would stay rough; and no more than its share of what may be read.
int TopicStudy::records_per_cluster() const {
  constexpr int planned = 2 * full_clusters;  // and as many again inside the fullest windows
  const double size =
      std::max(1.0, static_cast<double>(screened_.bytes) /
                        static_cast<double>(std::max<std::int64_t>(1, screened_.records)));
  const double precise =
      spread_.spread().within / (size * size) * square(2 / rough_beyond) / full_clusters;
  const double affordable = static_cast<double>(settings_.read_budget) / (2.0 * planned) / size;
  const double wanted = std::min(affordable, std::max(cluster_bytes / size, precise));
  const auto most = std::clamp<std::int64_t>(settings_.records_max / planned, 1, cluster_records);
  return static_cast<int>(std::clamp(wanted, 1.0, static_cast<double>(most)));
}

// Where records are larger than those seen so far, no more than twice what is left is read.
std::int64_t TopicStudy::cluster_bytes_max(int clusters) const {
  const auto left = settings_.read_budget - bytes_read_;
  return std::clamp<std::int64_t>(2 * left / clusters, 1, settings_.read_budget / 4);
}

bool TopicStudy::may_read(int clusters) const {
  if (fruitless_ >= settings_.fruitless_reads_max) return false;
  const std::int64_t records = static_cast<std::int64_t>(clusters) * records_per_cluster();
  const double size = static_cast<double>(bytes_read_) /
                      static_cast<double>(std::max<std::int64_t>(1, records_read_));
  return records_read_ + records <= settings_.records_max &&
         bytes_read_ + static_cast<std::int64_t>(size * static_cast<double>(records)) <=
             settings_.read_budget;
}

// One cluster in each stratum, where the screens have left none.
Round TopicStudy::ask_first_sample() {
  // A row that could not be looked up only makes its two strata one.
  std::erase_if(strata_, [this](int j) { return table_.failed(j); });
  sample_.emplace(table_, strata_);
  for (const auto& [span, result] : std::exchange(screens_, {})) sample_->adopt(span, result);
  clusters_asked_ = sample_->estimate().clusters;
  const auto missing = static_cast<int>(std::ssize(strata_)) - 1;
  phase_ = Phase::judge_sample;
  Round round{{}, sample_->draw_first(records_per_cluster(), cluster_bytes_max(missing), random_)};
  clusters_asked_ += static_cast<int>(std::ssize(round.reads));
  return round;
}

Round TopicStudy::ask_sample(int clusters) {
  clusters_asked_ += clusters;
  phase_ = Phase::judge_sample;
  return {{}, sample_->draw(clusters, records_per_cluster(), cluster_bytes_max(clusters), random_)};
}

// How far the sample's mean may be from the truth, as the spread has it. The screens' clusters
// count there, too, and records that were left out: they tell of large records that the sample
// missed.
double TopicStudy::sampling_reach() const {
  const auto estimate = sample_->estimate();
  const auto spread = spread_.spread();
  double variance = 0;
  for (const auto& stratum : sample_->strata()) {
    variance += spread.between * static_cast<double>(stratum.cluster_means.size()) +
                spread.within * stratum.inverses;
  }
  return 2 * std::sqrt(variance) / estimate.clusters;
}

bool TopicStudy::sample_is_rough() const {
  const auto mean = sample_->estimate().mean;
  return is_rough(mean) || sampling_reach() > rough_beyond * mean.value;
}

Round TopicStudy::judge_sample() {
  if (sample_->estimate().clusters == 0) {
    warnings_.emplace_back("no record of the window could be read, so record sizes are unknown");
    finish(Decision::none);
    return {};
  }
  if (clusters_asked_ < full_clusters && sample_is_rough() && may_read(clusters_asked_)) {
    return ask_sample(clusters_asked_);
  }
  if (settings_.sizing.model == Model::ratio) {
    const double bytes = static_cast<double>(in_window_) * global_size().value;
    const double mean = per_second(bytes) / covered_windows();
    if (mean > 0) rule_ = sizing::PartitionRule(settings_.sizing, {mean});
  }
  if (facts_.compacted) {
    finish(Decision::estimate);
    return {};
  }
  if (!search_) start_search();
  phase_ = Phase::search;
  return {};
}

std::optional<double> TopicStudy::stored_per_record() const {
  if (!facts_.stored_bytes || total_ == 0) return std::nullopt;
  return static_cast<double>(*facts_.stored_bytes) / static_cast<double>(total_);
}

Interval TopicStudy::global_size() const {
  auto size = sample_ ? sample_->estimate().mean : cluster_mean(screened_.cluster_means).mean;
  if (sample_) {
    const double reach = sampling_reach();
    size = {size.value, std::max(0.0, std::min(size.low, size.value - reach)),
            std::max(size.high, size.value + reach)};
  }
  // Compression makes batches smaller than their records: where the disk holds more per record
  // than the sample's limit and a batch's overhead, rare large records were missed.
  if (const auto stored = stored_per_record()) {
    size.high = std::max(size.high, *stored - overhead_max);
  }
  return size;
}

RecordSize TopicStudy::record_size() const { return {global_size(), spread_.spread()}; }

// Bytes on disk that records as large as those seen, with all that a batch adds, cannot make up:
// they may have come all at once.
double TopicStudy::unexplained_bytes() const {
  const auto stored = stored_per_record();
  if (!stored) return 0;
  const double seen = static_cast<double>(screened_.bytes) /
                      static_cast<double>(std::max<std::int64_t>(1, screened_.offsets));
  Interval size{seen, seen / screen_margin, seen * screen_margin};
  if (sample_) {
    size = sample_->estimate().mean;
  } else if (second_screened()) {
    size = cluster_mean(screened_.cluster_means).mean;
  }
  if (*stored <= size.high + overhead_max) return 0;
  return static_cast<double>(total_) * (*stored - size.low);
}

// A stretch's own mean where it is not rough, or differs from that of all records by more than
// neighbours differ; else the mean of all, between the wider of both limits: the fullest of several
// would be the one whose few clusters chance made heavy.
Interval TopicStudy::told_apart(const Interval& own, double inverse_records) const {
  const double variance = spread_.spread().within * inverse_records;
  const bool rough = is_rough(own) || 2 * std::sqrt(variance) > rough_beyond * own.value;
  if (!rough) return own;
  const auto all = global_size();
  const double error = sample_->estimate().error;
  const double deviation = std::sqrt(variance + error * error);
  if (std::abs(own.value - all.value) > chance_deviations * deviation) return own;
  return {all.value, std::min(own.low, all.low), std::max(own.high, all.high)};
}

RecordSize TopicStudy::size_of(const Reading& reading) const {
  if (reading.cluster_means.empty()) return record_size();
  if (all_read(reading)) {
    return Interval::exactly(static_cast<double>(reading.bytes) /
                             static_cast<double>(reading.offsets));
  }
  const auto clusters = static_cast<double>(reading.cluster_means.size());
  const auto mean = told_apart(cluster_mean(reading.cluster_means).mean,
                               reading.inverses / (clusters * clusters));
  // Its own records were drawn from: only windows inside a longer stretch may differ from it.
  return reading.b - reading.a == 1 ? RecordSize(mean) : RecordSize(mean, spread_.spread());
}

SizeModel TopicStudy::size_model() const {
  SizeModel model(record_size());
  for (const auto& [a, b, size, inverse_records] : sample_->deviations()) {
    model.set(a, b, {told_apart(size, inverse_records), spread_.spread()});
  }
  for (const auto& reading : readings_) model.set(reading.a, reading.b, size_of(reading));
  return model;
}

}  // namespace partwise::sample
