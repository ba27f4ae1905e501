#include "sample/topic_study.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace partwise::sample {
namespace {

using sizing::Decision;
using sizing::Model;

constexpr int screen_clusters = 2;
constexpr double second_screen_margin = 1.5;
constexpr double clock_share = 0.01;
constexpr std::chrono::seconds clock_tolerance{60};
// Uncompressed batches are larger than their records: sizes that agree so far are uncompressed.
constexpr double uncompressed_share = 0.95;

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

}  // namespace partwise::sample
