// What a metrics service has told of one topic, and the demand that follows from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/observed_time.h"
#include "metrics/peak_ladder.h"
#include "sizing/demand.h"
#include "sizing/rule.h"

namespace partwise::metrics {

struct CountedTopic {
  CountedTopic(const ObservedTime& time, double quantile) : received(time, quantile) {}

  PeakLadder received;             ///< bytes
  std::optional<PeakLadder> sent;  ///< bytes, to all consumers together
  std::optional<double> records;   ///< received; empty: not told
  double sized_bytes = 0;          ///< received in the hours for which records are told, too
  double sized_records = 0;
  std::optional<double> retained_bytes;
  sizing::Tristate hot_ingress = sizing::Tristate::unknown;
  sizing::Tristate hot_egress = sizing::Tristate::unknown;
  std::optional<double> hottest_share;  ///< of the bytes of received.busiest()
  int hottest_partition = -1;
  std::vector<std::string> warnings;
  std::vector<sizing::Failure> failures;
};

/// Of a topic whose count stays open because the windows of its hours could not be had.
sizing::Failure only_by_the_hour(const Error& error);

/// Whether the partitions for a peak are the same anywhere in an interval of rates.
PeakLadder::Settled settled_by(const CountedTopic& topic, const sizing::SizingSettings& settings);

/// For a topic with this mean rate, in B/s.
PeakLadder::Settled settled_by(double mean, const sizing::SizingSettings& settings);

/// Bytes per record are all bytes over all records of the hours that have both: a ratio of counts,
/// and no estimate. What a partition has in its busiest window is bounded by what the topic has.
sizing::Demand demand_of(const CountedTopic& topic, const ObservedTime& time);

}  // namespace partwise::metrics
