// Finds the busiest window of one topic from hours first, and windows only where they matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "metrics/observed_time.h"
#include "sizing/report.h"

namespace partwise::metrics {

/// What is known of one quantity (bytes) of one topic over the observed time: the sum of each hour,
/// and of some hours the sums of their windows.
///
/// An hour of k windows with the sum S has a window of at least S / k and none above S; m of its
/// windows can exceed S / (m + 1) but not S / m. With A = floor((1 - q) N) windows that may exceed
/// the q-quantile of N windows, it is
///
///   at least  the (A + 1)-th largest of { known windows } and { S / k of each other hour }
///   at most   the (A + 1)-th largest of { known windows } and { S / m, m = 1 .. k, of each }
///
/// and traffic can be such that it is either. docs/model.md, section 10.
///
/// Sums below zero, and what is no number, count as zero.
///
/// memory: 8 bytes an hour, and the A + 1 largest of the windows that were told
class PeakLadder {
 public:
  /// `quantile` in (0, 1]; 1 is the maximum.
  PeakLadder(const ObservedTime& time, double quantile);

  void set_hour(int hour, double sum);

  /// Hours that were not set had nothing. Until then, an hour that was not set may hold anything.
  void hours_known() { hours_known_ = true; }

  /// Nobody counted in that hour: its windows are none of those that a quantile is of.
  void leave_out(int hour) { left_out_[static_cast<std::size_t>(hour)] = true; }

  /// In order of time, as many as windows_in(hour); once for an hour. Their sum replaces the
  /// hour's. Windows of an hour and more need no call: hours tell them.
  void set_windows(int hour, std::span<const double> sums);

  /// The topic did not exist before that hour: mean and quantile are over the time from there.
  void begin_at(int hour);

  /// The last one may be a part of an hour.
  [[nodiscard]] int hours() const { return static_cast<int>(sums_.size()); }
  [[nodiscard]] Instant hour_start(int hour) const;
  /// None outside the observed time.
  [[nodiscard]] std::optional<int> hour_at(Instant t) const;
  /// 0 where a window is longer than an hour.
  [[nodiscard]] int windows_in(int hour) const;
  [[nodiscard]] double sum_of(int hour) const { return sums_[static_cast<std::size_t>(hour)]; }
  [[nodiscard]] bool windows_known(int hour) const { return fine_[static_cast<std::size_t>(hour)]; }

  /// The hour in which the topic begins.
  [[nodiscard]] Instant begin() const { return hour_start(begin_); }
  /// From the topic's begin on, without those of which nothing is known.
  [[nodiscard]] std::int64_t windows() const;
  /// Sum over the observed time.
  [[nodiscard]] double total() const;
  /// Per second, from the topic's begin on.
  [[nodiscard]] double mean() const;

  /// Per second, in the busiest window or the chosen quantile of the windows. The value is the
  /// lower limit: what was seen.
  [[nodiscard]] Interval peak() const;

  /// The busiest window known, or the hour with the highest average where that is higher; exact
  /// where something came and no other window can be busier. Its records are not known here.
  [[nodiscard]] sizing::PeakWindow busiest() const;

  /// Of hours, from the topic's begin on, without those left out; nothing before hours_known().
  [[nodiscard]] sizing::DemandCourse course() const;

  /// Tells whether the answer is the same anywhere in an interval of rates; also anywhere in a
  /// part of one, if it is in the whole.
  using Settled = std::function<bool(const Interval& rate)>;

  /// The hours whose windows must be known before the answer is certain, the one that could hold
  /// the busiest window first; none when it is settled. An hour that cannot raise the answer, even
  /// with all of it in one window, is never among them.
  [[nodiscard]] std::vector<int> open_hours(const Settled& settled) const;

 private:
  /// What is told of at once: an hour, or a window where that is longer.
  struct Cell {
    int hour = 0;
    double sum = 0;
    int windows = 1;
  };
  [[nodiscard]] std::vector<Cell> unknown_cells() const;
  /// Hours that a window of an hour and more takes; else 1.
  [[nodiscard]] int hours_at_once() const;
  [[nodiscard]] bool left_out(int hour) const;
  [[nodiscard]] std::size_t allowed_above(std::int64_t windows) const;
  [[nodiscard]] double rate(double sum) const;
  [[nodiscard]] double least(const std::vector<Cell>& cells) const;
  [[nodiscard]] double most(const std::vector<Cell>& cells) const;

  ObservedTime time_;
  double quantile_;
  bool hours_known_ = false;
  int begin_ = 0;
  std::vector<double> sums_;
  std::vector<bool> fine_;
  std::vector<bool> left_out_;
  std::vector<double> largest_;  // known windows, a heap with the smallest on top
  double busiest_sum_ = 0;
  std::optional<Instant> busiest_start_;
};

}  // namespace partwise::metrics
