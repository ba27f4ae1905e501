// The truth against every record counted one by one.
#include "fleet/truth.h"

#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "fleet/random_specs_fake.h"

namespace partwise::fleet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Instant thursday{Millis{1'767'225'600'000}};

FleetTopics fleet_of(TopicSpec topic, Instant start = thursday, Millis history = hours(48)) {
  FleetSpec spec;
  spec.start = start;
  spec.history = history;
  topic.name = "topic";
  spec.topics = {std::move(topic)};
  return *FleetTopics::from(spec);
}

struct Counted {
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::map<int, std::int64_t> bytes_by_partition;
};

/// All records that are in the log at `now`, by window.
std::map<std::int64_t, Counted> counted_windows(const VirtualTopic& topic, Instant now,
                                                Millis width) {
  std::map<std::int64_t, Counted> windows;
  const auto oldest = now - topic.spec().retention.value_or(hours(24 * 3650));
  for (int p = 0; p < topic.partitions(); ++p) {
    RecordWalk walk(topic, p, 0);
    const auto end = topic.count_before(p, now);
    for (std::int64_t offset = 0; offset < end; ++offset) {
      const auto record = walk.next();
      if (record.timestamp < oldest) continue;
      auto& window = windows[record.timestamp.time_since_epoch() / width];
      ++window.records;
      window.bytes += record.bytes;
      window.bytes_by_partition[p] += record.bytes;
    }
  }
  return windows;
}

TopicSpec random_topic(Random& random) {
  TopicSpec spec;
  spec.partitions = static_cast<int>(1 + random.below(5));
  spec.demand = random_demand(random);
  spec.noise = random.uniform() < 0.3 ? 0 : noise_max * random.uniform();
  spec.sizes.shape = random.uniform() < 0.3 ? SizeShape::bimodal : SizeShape::log_normal;
  spec.sizes.median = 500;
  spec.sizes.sigma = 1.5 * random.uniform();
  spec.sizes.min = 30;
  spec.sizes.drift = random.uniform() < 0.5 ? 1 : 0.5 + 2 * random.uniform();
  if (random.uniform() < 0.5) spec.keys = {keys::KeyShape::zipf, 1 + random.below(20), 1.1, {}};
  if (random.uniform() < 0.5) spec.retention = hours(1 + random.below(30));
  spec.seed = random.next();
  return spec;
}

/// Scaled down until all records can be counted.
FleetTopics countable_fleet(TopicSpec spec, Instant start, Millis length) {
  constexpr double records_max = 60'000;
  const Demand demand(spec.demand, 0, 0, start);
  const double scale = std::min(1.0, records_max / (demand.total(start + length) + 1));
  for (auto& component : spec.demand) {
    std::visit(
        [&](auto& shape) {
          if constexpr (requires { shape.rate; }) {
            shape.rate *= scale;
          } else {
            shape.from *= scale;
            shape.to *= scale;
          }
        },
        component.shape);
  }
  return fleet_of(std::move(spec), start);
}

RC_GTEST_PROP(Truth, IsWhatCountingEveryRecordFinds, ()) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const auto start = random_start(random);
  const Millis passed = hours(1) + random_millis(random, hours(40));
  const auto now = start + passed;
  const auto fleet = countable_fleet(random_topic(random), start, passed);
  const auto& topic = fleet.topics()[0];
  TruthSettings settings;
  settings.now = now;
  settings.width = std::vector<Millis>{minutes(1), minutes(5), Millis{10'000}, Millis{7'000},
                                       hours(1)}[static_cast<std::size_t>(random.below(5))];
  const auto truth = Truth(settings).of(topic);

  const auto windows = counted_windows(topic, now, settings.width);
  const auto first = truth.window_start.time_since_epoch() / settings.width;
  Counted log;
  Counted observed;
  Counted busiest;
  std::int64_t busiest_number = -1;
  std::map<int, std::int64_t> log_bytes;
  for (const auto& [number, window] : windows) {
    log.records += window.records;
    log.bytes += window.bytes;
    for (const auto& [p, bytes] : window.bytes_by_partition) log_bytes[p] += bytes;
    if (number < first || number >= first + truth.windows) continue;
    observed.records += window.records;
    observed.bytes += window.bytes;
    if (window.bytes <= busiest.bytes) continue;
    busiest = window;
    busiest_number = number;
  }
  std::int64_t log_records = 0;
  for (std::size_t p = 0; p < truth.log.size(); ++p) {
    log_records += truth.log[p].records();
    RC_ASSERT(truth.log[p].bytes == log_bytes[static_cast<int>(p)]);
  }
  RC_ASSERT(log_records == log.records);
  RC_ASSERT(truth.records_in_window == observed.records);
  RC_ASSERT(truth.bytes_in_window == observed.bytes);
  RC_ASSERT(truth.peak.has_value() == (busiest.records > 0));
  if (!truth.peak) return;
  RC_ASSERT(truth.peak->bytes == busiest.bytes);
  RC_ASSERT(truth.peak->records == busiest.records);
  RC_ASSERT(truth.peak->start.time_since_epoch() / settings.width == busiest_number);
  for (std::size_t p = 0; p < truth.log.size(); ++p) {
    RC_ASSERT(truth.peak->bytes_by_partition[p] == busiest.bytes_by_partition[static_cast<int>(p)]);
  }
}

TopicSpec steady(double rate, std::int64_t bytes) {
  TopicSpec spec;
  spec.partitions = 4;
  spec.demand = {{Flat{rate}}};
  spec.sizes.bytes = bytes;
  return spec;
}

TruthSettings at(Instant now) {
  TruthSettings settings;
  settings.now = now;
  return settings;
}

TEST(Truth, OfASteadyTopicIsByHand) {
  // 8192 records/s of 1024 B: 8 MiB/s, 24 required, three partitions of 10; the floor is 6.
  auto spec = steady(8192, 1024);
  spec.demand.push_back({Burst{16'384, hours(5), minutes(10), Millis{0}}});
  const auto fleet = fleet_of(spec);
  const auto truth = Truth(at(thursday + hours(24))).of(fleet.topics()[0]);
  EXPECT_EQ(truth.records_in_window, 8192 * 86'400 + 16'384 * 600);
  EXPECT_EQ(truth.bytes_in_window, truth.records_in_window * 1024);
  // Three times as much in the burst: 72 MiB/s required, 8 partitions.
  ASSERT_TRUE(truth.peak);
  EXPECT_EQ(truth.peak->start, thursday + hours(5));
  EXPECT_EQ(truth.peak->bytes, std::int64_t{3} * 8192 * 1024 * 60);
  EXPECT_EQ(truth.sizing.partitions, 8);
  EXPECT_EQ(truth.sizing.required.value, 72 * mib);
  EXPECT_EQ(truth.sizing.capacity.value, 10 * mib);
  // Six days of the week before there was nothing: the mean is over the day.
  EXPECT_NEAR(truth.mean.value, 1024 * (8192 + 16'384 * 600 / 86'400.0), 1);
}

TEST(Truth, LooksNoFurtherBackThanRetention) {
  auto spec = steady(1, 100);
  spec.retention = hours(3);
  const auto fleet = fleet_of(spec);
  const auto now = thursday + hours(24) + Millis{30'500};
  const auto truth = Truth(at(now)).of(fleet.topics()[0]);
  EXPECT_EQ(truth.windows, 180);
  EXPECT_EQ(truth.window_start, thursday + hours(21));
  std::int64_t records = 0;
  for (const auto& log : truth.log) records += log.records();
  EXPECT_EQ(records, 3 * 3600);
  // Half of the first window has gone.
  EXPECT_EQ(truth.records_in_window, 3 * 3600 - 30);
}

TEST(Truth, OfATopicWithoutRecordsIsTheFloor) {
  const auto fleet = fleet_of(TopicSpec{});
  const auto truth = Truth(at(thursday + hours(24))).of(fleet.topics()[0]);
  EXPECT_FALSE(truth.peak);
  EXPECT_EQ(truth.sizing.partitions, 6);
  EXPECT_EQ(truth.mean.value, 0);
}

TEST(Truth, NamesTheHeaviestKeysWithTheirPartitions) {
  auto spec = steady(10, 100);
  spec.partitions = 10;
  spec.keys = {keys::KeyShape::hot, 2, 1, {{"abc", 0.3}, {"foobar", 0.6}}};
  const auto fleet = fleet_of(spec);
  const auto truth = Truth(at(thursday + hours(1))).of(fleet.topics()[0]);
  ASSERT_EQ(truth.heaviest_keys.size(), 4U);
  EXPECT_EQ(truth.heaviest_keys[0].key, "foobar");
  EXPECT_EQ(truth.heaviest_keys[0].partition, 6);  // by librdkafka
  EXPECT_EQ(truth.heaviest_keys[1].key, "abc");
  EXPECT_EQ(truth.heaviest_keys[1].partition, 7);
  EXPECT_NEAR(truth.heaviest_keys[3].share, 0.05, 1e-12);
}

TEST(Truth, IsWrittenAsJson) {
  auto spec = steady(8192, 1024);
  spec.configs["cleanup.policy"] = "compact";
  const auto fleet = fleet_of(spec);
  const auto json = nlohmann::json::parse(*truth_json(fleet, at(thursday + hours(1))));
  EXPECT_EQ(json["fleet"], "fleet");
  EXPECT_EQ(json["now"], "2026-01-01T01:00:00Z");
  EXPECT_EQ(json["records"], 8192 * 3600);
  const auto& topic = json["topics"][0];
  EXPECT_EQ(topic["name"], "topic");
  EXPECT_EQ(topic["compacted"], true);
  EXPECT_EQ(topic["by_partition"].size(), 4U);
  EXPECT_EQ(topic["by_partition"][0]["end_offset"], 2048 * 3600);
  EXPECT_EQ(topic["peak"]["bytes"], 8192 * 1024 * 60);
  EXPECT_EQ(topic["recommendation"]["partitions"], 6);
  EXPECT_EQ(topic["recommendation"]["required_bytes_per_s"], 24 * 1024 * 1024);
}

}  // namespace
}  // namespace partwise::fleet
