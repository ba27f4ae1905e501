#include "sample/topic_study.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace partwise::sample {
namespace {

using sizing::Decision;
using sizing::Model;

constexpr int screen_clusters = 2;
constexpr int least_strata = 7;
constexpr int most_strata = 14;
constexpr double second_screen_margin = 1.5;
constexpr double clock_share = 0.01;
constexpr std::chrono::seconds clock_tolerance{60};
// Uncompressed batches are larger than their records: sizes that agree so far are uncompressed.
constexpr double uncompressed_share = 0.95;
// A record that fills a batch by itself takes 61 bytes for the batch, at most some 19 of its own,
// and what a codec puts around bytes that it cannot make fewer: gzip 23, LZ4 19, Java's snappy 26.
constexpr double overhead_max = 106;
constexpr double chance_deviations = 3;

double square(double x) { return x * x; }

}  // namespace

TopicStudy::TopicStudy(TopicFacts facts, StudySettings settings, Random random)
    : facts_(std::move(facts)),
      settings_(settings),
      random_(random),
      table_(facts_.grid, facts_.partitions),
      columns_(table_.filled()),
      rule_(settings_.sizing) {
  for (const auto& range : facts_.partitions) total_ += range.records();
}

Round TopicStudy::next() {
  while (phase_ != Phase::done) {
    auto round = step();
    if (round.empty()) continue;
    lookups_ += std::ssize(round.lookups);
    return round;
  }
  return {};
}

Round TopicStudy::step() {
  switch (phase_) {
    case Phase::screen:
      return screen();
    case Phase::judge_screen:
      return judge_screen();
    case Phase::judge_second_screen:
      judge_second_screen();
      return {};
    case Phase::edges:
      return ask_edges();
    case Phase::judge_edges:
      return judge_edges();
    case Phase::judge_clock:
      judge_clock();
      return {};
    case Phase::strata:
      return ask_strata();
    case Phase::sample:
      return ask_first_sample();
    case Phase::judge_sample:
      return judge_sample();
    case Phase::search:
      return search_on();
    case Phase::refine:
      return refine();
    case Phase::judge_reading:
      window_unread_ = window_unread_ || readings_.back().offsets == 0;
      phase_ = Phase::search;
      return {};
    case Phase::confirm:
      return ask_confirmation();
    case Phase::done:
      return {};
  }
  return {};
}

void TopicStudy::finish(Decision decision) {
  phase_ = Phase::done;
  decision_ = decision;
  if (decision == Decision::none || decision == Decision::stored_bytes) return;
  const auto known = warnings_.size();
  for (const int p : unread_partitions()) {
    warnings_.push_back(fmt::format(
        "no record of partition {} could be read: they are taken to be as large as the others", p));
  }
  if (window_unread_) {
    warnings_.emplace_back(
        "the busiest window could not be read: its records are taken to be as large as the others");
  }
  if (!facts_.compaction_known && gap_share() > notable_gaps) {
    warnings_.emplace_back(
        "offsets without records, and no right to see whether the topic is compacted: counts by "
        "time may be false");
  }
  // Whatever the counts prove, records that were not seen prove nothing.
  if (warnings_.size() > known) decision_ = Decision::estimate;
}

std::vector<int> TopicStudy::unread_partitions() const {
  std::vector<int> unread;
  for (const int p : partitions_failed_) {
    if (!partitions_read_.contains(p)) unread.push_back(p);
  }
  return unread;
}

double TopicStudy::gap_share() const {
  std::int64_t offsets = screened_.offsets;
  std::int64_t records = screened_.records;
  for (const auto& reading : readings_) {
    offsets += reading.offsets;
    records += reading.records;
  }
  if (offsets == 0) return 0;
  return static_cast<double>(offsets - records) / static_cast<double>(offsets);
}

// ---- answers ----

void TopicStudy::put(const Lookup& lookup, const FoundOffset& found) {
  table_.put(lookup.partition, lookup.boundary, found);
}

void TopicStudy::put_failed(const Lookup& lookup) {
  table_.put_failed(lookup.partition, lookup.boundary);
}

void TopicStudy::put(const ReadSpan& span, const ReadResult& result) {
  records_read_ += result.records;
  bytes_read_ += result.bytes + result.left_out;
  fruitless_ = result.records > 0 ? 0 : fruitless_ + 1;
  (result.failed ? partitions_failed_ : partitions_read_).insert(span.partition);
  if (result.failed || result.offsets == 0) return;
  keys_.add(span, result);
  const bool of_a_window = phase_ == Phase::judge_reading;
  if (!of_a_window) spread_.add(result);
  if (phase_ == Phase::judge_sample) {
    sample_->add(span, result);
    return;
  }
  if (!of_a_window) screens_.emplace_back(span, result);
  auto& reading = of_a_window ? readings_.back() : screened_;
  const auto offsets = static_cast<double>(result.offsets);
  reading.cluster_means.push_back(static_cast<double>(result.bytes) / offsets);
  reading.inverses += 1 / offsets;
  reading.left_out += result.left_out;
  reading.bytes += result.bytes;
  reading.offsets += result.offsets;
  reading.records += result.records;
  reading.late += result.late;
}

// ---- screens ----

double TopicStudy::per_second(double bytes_in_one_window) const {
  return bytes_in_one_window / std::chrono::duration<double>(facts_.grid.width).count();
}

// Whether the answer is settled even if one window held so much.
bool TopicStudy::settles(double bytes_in_one_window) const {
  const double peak = per_second(bytes_in_one_window);
  // The ratio model's divisor is the mean, not known yet: only the threshold settles it.
  if (settings_.sizing.model == Model::ratio) {
    return settings_.sizing.factor * peak < settings_.sizing.threshold.value;
  }
  return rule_.needed({peak}) <= std::max(rule_.floor(), settings_.settled_partitions);
}

Round TopicStudy::screen() {
  if (total_ == 0) {
    finish(Decision::watermarks);
    return {};
  }
  phase_ = Phase::judge_screen;
  return {{},
          spans_anywhere(table_, screen_clusters, cluster_records,
                         cluster_bytes_max(screen_clusters), random_)};
}

Round TopicStudy::judge_screen() {
  const auto stored = static_cast<double>(facts_.stored_bytes.value_or(0));
  if (screened_.offsets == 0) {
    // Nothing could be read; the size on disk may still settle it, however well it is compressed.
    const bool settled = facts_.stored_bytes && settles(stored * compression_max);
    if (!settled) warnings_.emplace_back("no record could be read, so record sizes are unknown");
    finish(settled ? Decision::stored_bytes : Decision::none);
    return {};
  }
  const double size = static_cast<double>(screened_.bytes) / static_cast<double>(screened_.offsets);
  const auto total = static_cast<double>(total_);
  if (settles(screened_most(total_))) {
    finish(Decision::watermarks);
    return {};
  }
  const bool agrees = stored >= uncompressed_share * total * size;
  if (facts_.stored_bytes && facts_.uncompressed && agrees && settles(stored)) {
    finish(Decision::stored_bytes);
    return {};
  }
  phase_ = Phase::edges;
  if (!settles(total * size * second_screen_margin)) return {};
  // Close enough for more clusters to tell, without a lookup.
  phase_ = Phase::judge_second_screen;
  constexpr int more = full_clusters - screen_clusters;
  return {{},
          spans_anywhere(table_, more, records_per_cluster(), cluster_bytes_max(more), random_)};
}

void TopicStudy::judge_second_screen() {
  phase_ = Phase::edges;
  if (settles(screened_most(total_))) finish(Decision::watermarks);
}

// ---- the window's ends ----

void TopicStudy::ask_row(Round& round, int boundary) const {
  for (const int p : columns_) {
    if (!table_.known(p, boundary)) round.lookups.push_back({p, boundary});
  }
}

Round TopicStudy::ask_edges() {
  Round round;
  ask_row(round, 0);
  ask_row(round, facts_.grid.count);
  phase_ = Phase::judge_edges;
  return round;
}

Round TopicStudy::judge_edges() {
  const int n = facts_.grid.count;
  if (table_.failed(0) || table_.failed(n)) {
    warnings_.emplace_back("the offsets at the window's ends could not be looked up");
    finish(Decision::none);
    return {};
  }
  in_window_ = table_.records(0, n);
  std::int64_t after = 0;
  for (const int p : columns_) after += table_.range(p).latest - table_.offset(p, n);
  if (in_window_ == 0 && after == 0) {
    warnings_.push_back(fmt::format("no record is stamped within the observed time, all {} before",
                                    count_text(total_)));
  }
  phase_ = Phase::judge_clock;
  if (after == 0) return {};

  // Either the present minute is busy, or a record stamped in the future hides what followed it.
  Round round;
  const int later =
      n + 1 + static_cast<int>((clock_tolerance + facts_.grid.width) / facts_.grid.width);
  ask_row(round, later);
  return round;
}

void TopicStudy::judge_clock() {
  const int n = facts_.grid.count;
  const int later =
      n + 1 + static_cast<int>((clock_tolerance + facts_.grid.width) / facts_.grid.width);
  for (const int p : columns_) {
    if (table_.known(p, later)) hidden_ += table_.range(p).latest - table_.offset(p, later);
  }
  const auto seen = static_cast<double>(in_window_ + hidden_);
  clock_doubt_ = static_cast<double>(hidden_) > clock_share * seen;
  if (clock_doubt_) {
    warnings_.push_back(fmt::format(
        "clock: a record stamped in the future hides when the {} records after it arrived",
        count_text(hidden_)));
  }
  if (settles(screened_most(in_window_ + hidden_))) {
    finish(Decision::proved);
    return;
  }
  phase_ = Phase::strata;
}

// ---- record sizes ----

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
  for (const auto& [span, result] : screens_) sample_->adopt(span, result);
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
