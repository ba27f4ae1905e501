// Virtual topics: offsets and times that agree, exact sums, the same answers every time.
#include "fleet/virtual_topic.h"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "base/topic_name.h"
#include "fleet/fleet_topics.h"
#include "fleet/random_specs_fake.h"

namespace partwise::fleet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Instant thursday{Millis{1'767'225'600'000}};
constexpr Millis week = hours(168);

VirtualTopic made(TopicSpec spec, Instant start = thursday, Millis history = week) {
  SharedTables tables;
  if (spec.name.empty()) spec.name = "topic";
  auto topic = VirtualTopic::from(std::move(spec), start, history, tables);
  EXPECT_TRUE(topic.has_value()) << (topic ? "" : topic.error().message);
  return std::move(*topic);
}

TopicSpec flat(double rate, int partitions) {
  TopicSpec spec;
  spec.partitions = partitions;
  spec.demand = {{Flat{rate}}};
  return spec;
}

keys::KeySpec hot(std::vector<keys::HotKeyShare> keys, std::int64_t others) {
  return {keys::KeyShape::hot, others, 1, std::move(keys)};
}

TopicSpec random_topic(Random& random) {
  TopicSpec spec;
  spec.partitions = static_cast<int>(1 + random.below(9));
  spec.demand = random_demand(random);
  // Few records, so that they can be counted one by one.
  spec.noise = random.uniform() < 0.5 ? 0 : noise_max * random.uniform();
  spec.sizes.shape = SizeShape::log_normal;
  spec.sizes.median = 500;
  spec.sizes.min = 30;
  spec.sizes.drift = random.uniform() < 0.5 ? 1 : 1.7;
  if (random.uniform() < 0.5) spec.keys = {keys::KeyShape::zipf, 1 + random.below(20), 1.1, {}};
  spec.seed = random.next();
  return spec;
}

TEST(VirtualTopic, SharesRecordsOutToTheLastOne) {
  // Hermite's identity: without keys, the partitions' counts sum to the floor of the total.
  auto spec = flat(7, 7);
  spec.demand = {{Diurnal{12'345.678, 0.9, 3}}, {Burst{99.9, hours(1), minutes(7), hours(2)}}};
  spec.noise = 0.4;
  const auto topic = made(spec);
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    const auto t = thursday + random_millis(random, week);
    std::int64_t sum = 0;
    for (int p = 0; p < 7; ++p) sum += topic.count_before(p, t);
    ASSERT_EQ(sum, static_cast<std::int64_t>(std::floor(topic.demand().total(t))));
  }
}

TEST(VirtualTopic, DealsRecordsWithoutKeysInTurn) {
  // 2 records/s over 2 partitions: every second one each; the last partition has the first.
  const auto topic = made(flat(2, 2));
  EXPECT_EQ(topic.count_before(0, thursday), 0);
  EXPECT_EQ(topic.count_before(1, thursday + Millis{500}), 1);
  EXPECT_EQ(topic.count_before(0, thursday + Millis{500}), 0);
  EXPECT_EQ(topic.count_before(0, thursday + Millis{1000}), 1);
  EXPECT_EQ(topic.timestamp(1, 0), thursday + Millis{499});
  EXPECT_EQ(topic.timestamp(0, 0), thursday + Millis{999});
  EXPECT_EQ(topic.timestamp(0, 3599), thursday + hours(1) - Millis{1});
}

RC_GTEST_PROP(VirtualTopic, TimestampsAreTheInverseOfCounts, ()) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const auto start = random_start(random);
  const auto topic = made(random_topic(random), start);
  const int p = static_cast<int>(random.below(topic.partitions()));
  // By definition: a record is there one millisecond after its timestamp, and not before.
  for (int i = 0; i < 50; ++i) {
    const auto t = start + random_millis(random, hours(96));
    const auto count = topic.count_before(p, t);
    if (count > 0) {
      RC_ASSERT(topic.timestamp(p, count - 1) < t);
    }
    const auto next = topic.due(p, count);
    if (!next) continue;
    RC_ASSERT(*next >= t);
    RC_ASSERT(topic.count_before(p, *next) <= count);
    RC_ASSERT(topic.count_before(p, *next + Millis{1}) > count);
  }
}

RC_GTEST_PROP(VirtualTopic, TimestampsAreThoseFoundByWaiting, ()) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const auto start = random_start(random);
  const auto topic = made(random_topic(random), start);
  const int p = static_cast<int>(random.below(topic.partitions()));
  const auto from = start + random_millis(random, hours(60));
  std::int64_t offset = topic.count_before(p, from);
  RecordWalk walk(topic, p, offset);
  for (int ms = 0; ms < 3000; ++ms) {
    const auto count = topic.count_before(p, from + Millis{ms + 1});
    for (int checked = 0; offset < count; ++offset, ++checked) {
      RC_ASSERT(walk.next().timestamp == from + Millis{ms});
      if (checked == 0) RC_ASSERT(topic.timestamp(p, offset) == from + Millis{ms});
    }
  }
}

TEST(VirtualTopic, KnowsWhenRecordsAreDueThatAreNotThereYet) {
  // One a minute: record 100,000 comes after 100,001 minutes. At the rate's end nothing comes.
  const auto topic = made(flat(1.0 / 60, 1));
  EXPECT_EQ(topic.due(0, 100'000), thursday + minutes(100'001) - Millis{1});
  auto ended = flat(1, 1);
  ended.demand[0].until = hours(1);
  EXPECT_TRUE(made(ended).due(0, 3599).has_value());
  EXPECT_FALSE(made(ended).due(0, 3600).has_value());
  EXPECT_FALSE(made(TopicSpec{}).due(0, 0).has_value());
}

RC_GTEST_PROP(VirtualTopic, BytesAreThoseOfTheRecordsOneByOne, ()) {
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const auto topic = made(random_topic(random), thursday, hours(24));
  const int p = static_cast<int>(random.below(topic.partitions()));
  const auto end = std::min<std::int64_t>(topic.count_before(p, thursday + hours(36)), 5000);
  RecordWalk walk(topic, p, 0);
  std::int64_t sum = 0;
  for (std::int64_t offset = 0; offset < end; ++offset) {
    RC_ASSERT(topic.bytes_before(p, offset) == sum);
    sum += walk.next().bytes;
  }
}

TEST(VirtualTopic, DriftsByTheTimeOfItsBlocks) {
  // 1024 records an hour in one partition: block b is hour b; 32 hours of history, level = hour.
  auto spec = flat(1024.0 / 3600, 1);
  spec.sizes.bytes = 1000;
  spec.sizes.drift = 2;
  const auto topic = made(spec, thursday, hours(32));
  for (int hour = 0; hour < 40; ++hour) {
    const auto level = std::min(hour, 31);
    EXPECT_EQ(topic.record(0, hour * 1024 + 5).bytes,
              std::llround(1000 * std::pow(2, level / 31.0)));
  }
}

TEST(VirtualTopic, PutsKeysWhereItsPartitionerDoes) {
  // By librdkafka: "foobar" goes to 6 of 10 with murmur2; key-000000 to 6, key-000001 to 7.
  auto spec = flat(1000, 10);
  spec.keys = hot({{"foobar", 0.7}}, 2);
  const auto topic = made(spec);
  EXPECT_NEAR(topic.share(6), 0.85, 1e-12);
  EXPECT_NEAR(topic.share(7), 0.15, 1e-12);
  const auto now = thursday + hours(1);
  EXPECT_NEAR(static_cast<double>(topic.count_before(6, now)), 0.85 * 3.6e6, 1);
  EXPECT_EQ(topic.count_before(0, now), 0);
  std::map<std::string, int> drawn;
  RecordWalk walk(topic, 6, 0);
  for (int i = 0; i < 85'000; ++i) ++drawn[topic.key_text(walk.next())];
  EXPECT_EQ(drawn.size(), 2U);
  EXPECT_NEAR(drawn["foobar"], 70'000, 600);
  EXPECT_NEAR(drawn["key-000000"], 15'000, 600);
}

TEST(VirtualTopic, GivesTheSameRecordsEveryTime) {
  auto spec = flat(500, 3);
  spec.keys = {keys::KeyShape::uniform, 100, 1, {}};
  spec.sizes.shape = SizeShape::log_normal;
  const auto first = made(spec);
  const auto again = made(spec);
  spec.seed = 1;
  const auto other = made(spec);
  bool differs = false;
  for (std::int64_t offset = 0; offset < 300; ++offset) {
    const auto a = first.record(1, offset);
    const auto b = again.record(1, offset);
    EXPECT_EQ(std::tie(a.timestamp, a.key, a.bytes), std::tie(b.timestamp, b.key, b.bytes));
    std::string x(static_cast<std::size_t>(first.value_bytes(a)), ' ');
    std::string y(static_cast<std::size_t>(again.value_bytes(b)), ' ');
    first.write_value(1, a, x);
    again.write_value(1, b, y);
    EXPECT_EQ(x, y);
    const auto c = other.record(1, offset);
    differs = differs || c.bytes != a.bytes || c.key != a.key;
  }
  EXPECT_TRUE(differs);
}

TEST(VirtualTopic, ValuesHaveTheSizeThatIsLeftByTheKey) {
  auto spec = flat(500, 1);
  spec.keys = {keys::KeyShape::uniform, 100, 1, {}};
  spec.sizes.bytes = 25;
  const auto topic = made(spec);
  const auto record = topic.record(0, 7);
  EXPECT_EQ(record.bytes, 25);
  EXPECT_EQ(topic.value_bytes(record), 25 - 10);
}

TEST(VirtualTopic, WritesTextWithAsMuchChanceAsItsCodecNeeds) {
  auto spec = flat(500, 1);
  spec.sizes.bytes = 8000;
  spec.compressibility = 4;
  const auto repeated = [&](Codec codec) {
    spec.codec = codec;
    const auto topic = made(spec);
    std::string value(8000, ' ');
    topic.write_value(0, topic.record(0, 1), value);
    for (const char c : value) EXPECT_TRUE(c >= ' ' && c < 127);
    // Bytes that are those of 64 before: all but a 64th of the random ones differ.
    int same = 0;
    for (std::size_t i = 64; i < value.size(); ++i) same += value[i] == value[i - 64];
    return same / 8000.0;
  };
  // A quarter is random where symbols are stored whole, a third where they take six bits.
  EXPECT_NEAR(repeated(Codec::lz4), 0.75, 0.02);
  EXPECT_NEAR(repeated(Codec::zstd), 0.67, 0.02);
}

TEST(VirtualTopic, BatchesHoldWhatComesInTheLinger) {
  // 8000/s over 4 partitions: 200 in 100 ms; 16 KiB / 1000 B are 16 records; 0.5 are 1.
  auto spec = flat(8000, 4);
  spec.sizes.bytes = 50;
  EXPECT_EQ(made(spec).batch_records(), 200);
  spec.sizes.bytes = 1000;
  EXPECT_EQ(made(spec).batch_records(), 16);
  spec.demand = {{Flat{20}}};
  EXPECT_EQ(made(spec).batch_records(), 1);
  spec.sizes.bytes = 1'000'000;
  EXPECT_EQ(made(spec).batch_records(), 1);
}

TEST(VirtualTopic, BatchesFitTheirLimitWhereSizesDriftAndAlwaysInMemory) {
  auto spec = flat(8000, 4);
  spec.sizes.bytes = 1000;
  spec.sizes.drift = 4;  // 4000 B in the end: 4 in 16 KiB
  EXPECT_EQ(made(spec).batch_records(), 4);
  spec.sizes.drift = 0.25;
  EXPECT_EQ(made(spec).batch_records(), 16);

  // One record in a thousand has 100 MiB; a batch may have ten of them, by chance.
  spec.sizes = {};
  spec.sizes.shape = SizeShape::bimodal;
  spec.sizes.small = 100;
  spec.sizes.large = 100 << 20;
  spec.sizes.large_share = 0.001;
  spec.batch_bytes = 256 << 20;
  spec.linger = std::chrono::hours(1);
  EXPECT_EQ(made(spec).batch_records(), 10);
}

TEST(VirtualTopic, ForgetsByRetention) {
  auto spec = flat(1, 1);
  spec.retention = hours(2);
  const auto topic = made(spec);
  EXPECT_EQ(topic.start_offset(0, thursday + hours(1)), 0);
  EXPECT_EQ(topic.start_offset(0, thursday + hours(3)), 3600);
  EXPECT_EQ(topic.end_offset(0, thursday + hours(3)), 3 * 3600);
  spec.retention = std::nullopt;
  EXPECT_EQ(made(spec).start_offset(0, thursday + hours(3000)), 0);
}

std::string refusal(const TopicSpec& spec) {
  SharedTables tables;
  const auto topic = VirtualTopic::from(spec, thursday, week, tables);
  return topic ? "accepted" : topic.error().message;
}

TEST(VirtualTopic, RefusesWhatCannotBe) {
  auto spec = flat(1, 1);
  spec.name = "orders";
  EXPECT_EQ(refusal(spec), "accepted");
  spec.partitions = 0;
  EXPECT_EQ(refusal(spec), "topic 'orders': partitions is 0");
  spec = flat(-3, 1);
  spec.name = "orders";
  EXPECT_EQ(refusal(spec), "topic 'orders': rate is -3");
  spec = flat(6e8, 1);
  spec.name = "orders";
  spec.demand.push_back(spec.demand[0]);
  EXPECT_EQ(refusal(spec), "topic 'orders': its demand adds up to 1.2e+09 records/s");
  spec = flat(1, 1);
  spec.name = "orders";
  spec.keys = hot({{"a-very-long-tenant", 0.5}}, 5);
  spec.sizes.bytes = 17;
  EXPECT_EQ(refusal(spec),
            "topic 'orders': its smallest records have 17 B, its longest key has 18 B");
  spec.sizes.bytes = 18;
  EXPECT_EQ(refusal(spec), "accepted");
  spec.keys.hot[0].share = 1.5;
  EXPECT_EQ(refusal(spec),
            "topic 'orders': a share of 1.5 for the hot key 'a-very-long-tenant' is not possible");
}

TEST(TopicName, FollowsKafkasRule) {
  for (const auto* good : {"a", "A.b_c-9", "...", "__consumer_offsets"}) {
    EXPECT_TRUE(check_topic_name(good).has_value()) << good;
  }
  EXPECT_TRUE(check_topic_name(std::string(249, 'x')).has_value());
  for (const auto* bad : {"", ".", "..", "a b", "a/b", "\xc3\xbc", "a{}"}) {
    EXPECT_FALSE(check_topic_name(bad).has_value()) << bad;
  }
  EXPECT_FALSE(check_topic_name(std::string(250, 'x')).has_value());
}

TEST(FleetTopics, TellEverythingThatIsWrongTogether) {
  FleetSpec spec;
  spec.start = thursday;
  for (const auto* name : {"a", "b", "a", "c d"}) {
    spec.topics.push_back(flat(1, 1));
    spec.topics.back().name = name;
  }
  const auto fleet = FleetTopics::from(spec);
  ASSERT_FALSE(fleet.has_value());
  ASSERT_EQ(fleet.error().size(), 2U);
  EXPECT_EQ(fleet.error()[0].message, "there are two topics 'a'");
  EXPECT_EQ(fleet.error()[1].message, "'c d' cannot be the name of a topic");
}

TEST(FleetTopics, ShareTheTablesOfTopicsThatAreAlike) {
  FleetSpec spec;
  spec.start = thursday;
  for (const auto* name : {"a", "b", "c"}) {
    spec.topics.push_back(flat(1, 6));
    spec.topics.back().name = name;
    spec.topics.back().keys = {keys::KeyShape::zipf, 1000, 1, {}};
  }
  spec.topics[2].partitions = 7;
  const auto fleet = *FleetTopics::from(spec);
  EXPECT_EQ(fleet.find("a")->keys(), fleet.find("b")->keys());
  EXPECT_NE(fleet.find("a")->keys(), fleet.find("c")->keys());
  EXPECT_EQ(fleet.find("a")->size_table(), fleet.find("c")->size_table());
  EXPECT_EQ(fleet.find("d"), nullptr);
}

}  // namespace
}  // namespace partwise::fleet
