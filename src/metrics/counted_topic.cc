#include "metrics/counted_topic.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace partwise::metrics {
namespace {

// What a service tells may be any number; an int64 may not.
constexpr double most_records = 9e18;

}  // namespace

sizing::Failure only_by_the_hour(const Error& error) {
  return {std::nullopt, "metrics", error.kind,
          fmt::format("the peak is only known by the hour: {}", error.message)};
}

PeakLadder::Settled settled_by(const CountedTopic& topic, const sizing::SizingSettings& settings) {
  return settled_by(topic.received.mean(), settings);
}

PeakLadder::Settled settled_by(double mean, const sizing::SizingSettings& settings) {
  const auto rule = settings.model == sizing::Model::ratio && mean > 0
                        ? sizing::PartitionRule(settings, {mean})
                        : sizing::PartitionRule(settings);
  return [rule](const Interval& rate) {
    const auto range = rule.partitions_between({rate.low}, {rate.high});
    return range.low == range.high;
  };
}

sizing::Demand demand_of(const CountedTopic& topic, const ObservedTime& time) {
  sizing::Demand demand;
  demand.decision = sizing::Decision::counted;
  demand.window_start = topic.received.begin();
  demand.window_end = time.end;
  demand.windows = topic.received.windows();
  demand.mean = Interval::exactly(topic.received.mean());
  demand.peak = topic.received.peak();
  demand.peak_window = topic.received.busiest();
  demand.course = topic.received.course();
  demand.hottest_rate_bound = demand.peak.high;
  if (topic.records) {
    demand.records = std::llround(std::min(*topic.records, most_records));
    demand.records_in_window = demand.records;
  }
  if (topic.sized_records > 0) {
    demand.record_bytes = Interval::exactly(topic.sized_bytes / topic.sized_records);
  }
  if (topic.sent) {
    demand.read_mean = Interval::exactly(topic.sent->mean());
    demand.read_peak = topic.sent->peak();
  }
  demand.retained_bytes = topic.retained_bytes;
  demand.hot_ingress = topic.hot_ingress;
  demand.hot_egress = topic.hot_egress;
  demand.hottest_share = topic.hottest_share;
  demand.hottest_partition = topic.hottest_partition;
  demand.warnings = topic.warnings;
  demand.failures = topic.failures;
  return demand;
}

}  // namespace partwise::metrics
