// A small report with one topic of each kind, for tests of what is made of reports.
#pragma once

#include "sizing/judge.h"
#include "sizing/report.h"

namespace partwise::report {

inline sizing::TopicReport example_topic(const char* name, int partitions,
                                         const sizing::Demand& demand,
                                         std::optional<bool> compacted = false) {
  sizing::TopicReport topic;
  topic.name = name;
  topic.partitions = partitions;
  topic.replication_factor = 3;
  topic.compacted = compacted;
  sizing::judge(topic, demand, {});
  return topic;
}

inline sizing::Demand example_demand(double peak_mib, sizing::Decision decision) {
  constexpr std::int64_t start_ms = 1'772'600'760'000;  // 2026-03-04T05:06:00Z
  sizing::Demand demand;
  demand.records = 1'000'000;
  demand.records_in_window = 800'000;
  demand.window_end = Instant{Millis{start_ms}};
  demand.window_start = demand.window_end - std::chrono::hours(168);
  demand.windows = 10'080;
  demand.record_bytes = Interval{500, 450, 560};
  demand.mean = Interval{0.5 * mib, 0.45 * mib, 0.56 * mib};
  demand.peak = Interval::exactly(peak_mib * mib);
  demand.peak_window = {demand.window_start + std::chrono::hours(30), Millis(60'000), 3'750'000,
                        true};
  demand.decision = decision;
  demand.hottest_share = 0.2;
  demand.hottest_partition = 2;
  demand.hottest_rate_bound = 0.3 * peak_mib * mib;
  demand.lookups = 96;
  demand.records_read = 1'600;
  return demand;
}

/// One cluster that was measured in part, one that was not reached.
inline sizing::RecommendReport example_report() {
  using sizing::Decision;
  sizing::RecommendReport report;
  report.version = "0.1.0";
  report.started = Instant{Millis{1'772'600'767'000}};

  sizing::ClusterReport cluster;
  cluster.cluster_id = "lkc-1";
  cluster.bootstrap_servers = "broker:9092";
  cluster.status = sizing::ClusterStatus::partial;
  cluster.brokers = 3;
  cluster.elapsed_s = 1.5;
  cluster.lookups = 3'849;
  cluster.bytes_read = 2'202'009;
  cluster.bytes_stored = 372'244'480;
  cluster.traffic = {120, 100, 12, 2'300'000, 2'202'009, 0.54};

  cluster.topics.push_back(
      example_topic("audit, small", 6, example_demand(0.002, Decision::watermarks)));
  auto hot = example_demand(8, Decision::proved);
  hot.hot_key = sizing::HotKey{2, 17, {0.71, 0.6, 0.8}};
  hot.hottest_share = 0.75;
  cluster.topics.push_back(example_topic("clicks", 8, hot));
  sizing::Demand nothing;
  nothing.decision = Decision::watermarks;
  cluster.topics.push_back(example_topic("old.events", 24, nothing));
  auto seen = example_demand(31, Decision::proved);
  seen.course = {seen.window_start, std::chrono::hours(56), {0.25 * mib, std::nullopt, 0.123456}};
  cluster.topics.push_back(example_topic("payments", 8, seen));
  auto open = example_demand(31, Decision::estimate);
  open.peak = {31 * mib, 20 * mib, 40 * mib};
  open.warnings.push_back(
      "clock: a record stamped in the future hides when the 12 records after it arrived");
  cluster.topics.push_back(example_topic("profiles", 4, open, true));
  sizing::Demand unknown;
  unknown.records = 77;
  auto closed = example_topic("stock", 4, unknown, std::nullopt);
  closed.failures.push_back({1, "read", ErrorKind::unauthorized,
                             "cannot read stock [1]: Broker: Topic authorization failed"});
  cluster.topics.push_back(closed);
  report.clusters.push_back(cluster);

  sizing::ClusterReport gone;
  gone.cluster_id = "lkc-2";
  gone.bootstrap_servers = "gone:9092";
  gone.status = sizing::ClusterStatus::failed;
  gone.error = Error{ErrorKind::unavailable,
                     "cannot reach gone:9092 (connection refused, tried for 0.1 s)",
                     "check that the broker runs and listens there",
                     {}};
  report.clusters.push_back(gone);
  return report;
}

}  // namespace partwise::report
