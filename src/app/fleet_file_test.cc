// The fleet file: what it says comes through, and every slip is told with its line.
#include "app/fleet_file.h"

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fleet/fleet_topics.h"

namespace partwise::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Instant now{Millis{1'772'600'767'000}};  // 2026-03-04T05:06:07Z

fleet::FleetSpec read(std::string_view text) {
  auto spec = fleet_from_toml(text, "fleet.toml", now);
  EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error()[0].from + spec.error()[0].message);
  return spec ? *spec : fleet::FleetSpec{};
}

/// "3: message; hint" for each error.
std::vector<std::string> told(std::string_view text, std::optional<int> brokers = {}) {
  const auto spec = fleet_from_toml(text, "fleet.toml", now, brokers);
  std::vector<std::string> texts;
  if (spec) return texts;
  for (const auto& error : spec.error()) {
    EXPECT_TRUE(error.from.starts_with("fleet.toml line ")) << error.from;
    texts.push_back(error.from.substr(16) + ": " + error.message + "; " + error.hint);
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(FleetFile, SaysEverythingOfATopic) {
  const auto spec = read(R"(
name = "shop"
history = "10d"

[[topic]]
name = "orders"
partitions = 12
replication_factor = 3
retention = "3d"
noise = 0.2
size = { shape = "log_normal", median = "1kB", sigma = 0.6, min = 64, max = "1MB", drift = 1.5 }
keys = { shape = "zipf", count = 5000, exponent = 1.1 }
partitioner = "crc32"
codec = "zstd"
compressibility = 4
linger = "20ms"
batch_size = "32KiB"
seed = 9
configs = { "cleanup.policy" = "compact", "min.insync.replicas" = 2 }
demand = [
  { shape = "diurnal", rate = 200, amplitude = 0.8, peak_hour = 14.5 },
  { shape = "burst", rate = 900, at = "2d", lasts = "10min", every = "1d" },
  { rate = 5, from = "1d", until = "2d" },
  { shape = "trend", from_rate = 1, to_rate = 2, over = "1d" },
  { shape = "weekly", rate = 3, weekend_factor = 0.1 },
  { shape = "on_off", rate = 3, on = "1h", off = "2h", phase = "30min" },
]
)");
  EXPECT_EQ(spec.name, "shop");
  EXPECT_EQ(spec.history, hours(240));
  EXPECT_EQ(spec.start, now - Millis{7000} - hours(240));
  ASSERT_EQ(spec.topics.size(), 1U);
  const auto& topic = spec.topics[0];
  EXPECT_EQ(topic.name, "orders");
  EXPECT_EQ(topic.partitions, 12);
  EXPECT_EQ(topic.replication_factor, 3);
  EXPECT_EQ(topic.retention, hours(72));
  EXPECT_EQ(topic.noise, 0.2);
  EXPECT_EQ(topic.sizes.shape, fleet::SizeShape::log_normal);
  EXPECT_EQ(topic.sizes.median, 1000);
  EXPECT_EQ(topic.sizes.min, 64);
  EXPECT_EQ(topic.sizes.max, 1'000'000);
  EXPECT_EQ(topic.sizes.drift, 1.5);
  EXPECT_EQ(topic.keys, (keys::KeySpec{keys::KeyShape::zipf, 5000, 1.1, {}}));
  EXPECT_EQ(topic.partitioner, keys::Partitioner::crc32);
  EXPECT_EQ(topic.codec, fleet::Codec::zstd);
  EXPECT_EQ(topic.compressibility, 4);
  EXPECT_EQ(topic.linger, Millis{20});
  EXPECT_EQ(topic.batch_bytes, 32 * 1024);
  EXPECT_EQ(topic.seed, 9U);
  EXPECT_EQ(topic.configs.at("cleanup.policy"), "compact");
  EXPECT_EQ(topic.configs.at("min.insync.replicas"), "2");
  ASSERT_EQ(topic.demand.size(), 6U);
  EXPECT_EQ(std::get<fleet::Diurnal>(topic.demand[0].shape).peak_hour, 14.5);
  EXPECT_EQ(std::get<fleet::Burst>(topic.demand[1].shape).every, hours(24));
  EXPECT_EQ(std::get<fleet::Flat>(topic.demand[2].shape).rate, 5);
  EXPECT_EQ(topic.demand[2].from, hours(24));
  EXPECT_EQ(topic.demand[2].until, hours(48));
  EXPECT_EQ(std::get<fleet::Trend>(topic.demand[3].shape).to, 2);
  EXPECT_EQ(std::get<fleet::Weekly>(topic.demand[4].shape).weekend_factor, 0.1);
  EXPECT_EQ(std::get<fleet::OnOff>(topic.demand[5].shape).phase, minutes(30));
  EXPECT_TRUE(fleet::FleetTopics::from(spec).has_value());
}

TEST(FleetFile, NeedsNoMoreThanAName) {
  const auto spec = read("[[topic]]\nname = \"empty\"\n");
  EXPECT_EQ(spec.topics[0].partitions, 1);
  EXPECT_TRUE(spec.topics[0].demand.empty());
  EXPECT_EQ(spec.topics[0].retention, hours(168));
}

TEST(FleetFile, StartsWhereItIsTold) {
  const auto spec = read("start = 2026-03-01T00:00:00Z\n[[topic]]\nname = \"a\"\n");
  EXPECT_EQ(spec.start, now - hours(77) - minutes(6) - Millis{7000});
  EXPECT_EQ(spec.history, now - spec.start);
}

TEST(FleetFile, TakesThroughputsForRates) {
  // 2 MiB/s of records of 1024 B are 2048 records/s; with the topic's own sizes half as many.
  const auto spec = read(R"(
[defaults]
size = "1KiB"
demand = [{ rate = "2MiB/s" }]
[[topic]]
name = "a"
[[topic]]
name = "b"
size = { bytes = "2KiB" }
)");
  EXPECT_EQ(std::get<fleet::Flat>(spec.topics[0].demand[0].shape).rate, 2048);
  EXPECT_EQ(std::get<fleet::Flat>(spec.topics[1].demand[0].shape).rate, 1024);
}

TEST(FleetFile, TakesWhatATopicLacksFromTheDefaults) {
  const auto spec = read(R"(
[defaults]
partitions = 6
codec = "lz4"
retention = "forever"
keys = { shape = "hot", hot = { "tenant-1" = 0.4 }, others = 500 }
[[topic]]
name = "a"
[[topic]]
name = "b"
partitions = 9
keys = { shape = "none" }
)");
  EXPECT_EQ(spec.topics[0].partitions, 6);
  EXPECT_EQ(spec.topics[0].codec, fleet::Codec::lz4);
  EXPECT_EQ(spec.topics[0].retention, std::nullopt);
  EXPECT_EQ(spec.topics[0].keys.hot[0].name, "tenant-1");
  EXPECT_EQ(spec.topics[0].keys.count, 500);
  EXPECT_EQ(spec.topics[1].partitions, 9);
  EXPECT_EQ(spec.topics[1].keys.shape, keys::KeyShape::none);
}

TEST(FleetFile, MakesManyTopicsOfOne) {
  const auto spec = read(R"(
[[topic]]
name = "shard-{}-in"
count = 2
[[topic]]
name = "bulk"
count = 1001
)");
  ASSERT_EQ(spec.topics.size(), 1003U);
  EXPECT_EQ(spec.topics[1].name, "shard-001-in");
  EXPECT_EQ(spec.topics[2].name, "bulk.0000");
  EXPECT_EQ(spec.topics[1002].name, "bulk.1000");
}

TEST(FleetFile, TellsUnknownFields) {
  EXPECT_EQ(
      told("[[topic]]\nname = \"a\"\npartitons = 3\n"),
      (Texts{"3: there is no field topic.partitons; did you mean 'partitions'? allowed: "
             "batch_size, codec, compressibility, configs, count, demand, keys, linger, name, "
             "noise, partitioner, partitions, replication_factor, retention, seed, size"}));
  EXPECT_EQ(told("[defaults]\nname = \"x\"\n[[topic]]\nname = \"a\"\n").size(), 1U);
  EXPECT_EQ(
      told("[[topic]]\nname = \"a\"\ndemand = [{ rate = 1, amplitude = 0.5 }]\n"),
      (Texts{"3: there is no field topic.demand.amplitude; allowed: from, rate, shape, until"}));
}

TEST(FleetFile, TellsRatesThatCannotBe) {
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\ndemand = [{ rate = -5 }]\n"),
            (Texts{"3: topic.demand.rate is -5; allowed: 0 to 1000000000"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\ndemand = [{ shape = \"diurnal\" }]\n"),
            (Texts{"3: a demand has no rate; records a second, as 200, or a throughput, as "
                   "\"20MiB/s\""}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\ndemand = [{ rate = \"fast\" }]\n").size(), 1U);
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\ndemand = [{ rate = 6e8 },\n{ rate = 6e8 }]\n"),
            (Texts{"3: the demand adds up to 1.2e+09 records/s; at most 1e+09"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\ndemand = [\n{ shape = \"burst\", rate = 1, lasts = "
                 "\"2h\", every = \"1h\" }]\n"),
            (Texts{"4: in this demand, every is 3600000 ms; every is 7200000 ms to 36500 d"}));
}

TEST(FleetFile, TellsKeysThatCannotBe) {
  EXPECT_EQ(
      told("[[topic]]\nname = \"a\"\n[topic.keys]\nshape = \"hot\"\nhot = { x = 0.7, y = 0.7 }\n"
           "others = 5\n"),
      (Texts{"3: the shares of the hot keys sum to 1.4; at most 1"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\nkeys = { shape = \"uniform\", count = 0 }\n"),
            (Texts{"3: topic.keys.count is 0; allowed: 1 to 10000000"}));
}

TEST(FleetFile, TellsRecordsThatAreTooSmallForTheirKeys) {
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\nsize = 9\nkeys = { shape = \"uniform\" }\n"),
            (Texts{"3: the smallest records have 9 B, the longest key has 10 B; a record's size is "
                   "that of key and value: larger sizes, a larger min, or shorter names of keys"}));
}

TEST(FleetFile, TellsNumbersThatAreOutOfRange) {
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\npartitions = 0\n"),
            (Texts{"3: topic.partitions is 0; allowed: 1 to 100000"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\nnoise = 1\n"),
            (Texts{"3: topic.noise is 1; allowed: 0 to 0.9"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\nsize = { shape = \"bimodal\", small = 5, large = 4 }\n"),
            (Texts{"3: large of the sizes is 4; large is 5 to 268435456"}));
  EXPECT_EQ(told("history = \"5s\"\n[[topic]]\nname = \"a\"\n"),
            (Texts{"1: history is '5s'; allowed: 60s to 3650d, with ms, s, min, h or d"}));
  EXPECT_EQ(told("start = 2027-01-01\n[[topic]]\nname = \"a\"\n"),
            (Texts{"1: start is 2027-01-01T00:00:00Z; allowed: from ten years to a minute before "
                   "now, 2026-03-04T05:06:07Z"}));
  EXPECT_EQ(told("start = 2026-03-01\nhistory = \"5d\"\n[[topic]]\nname = \"a\"\n"),
            (Texts{"2: there are a start and a history; one of them"}));
}

TEST(FleetFile, TellsNamesThatCannotBe) {
  EXPECT_EQ(told("[[topic]]\nname = \"a b\"\n"),
            (Texts{"2: 'a b' cannot be the name of a topic; 1 to 249 of the characters a-z, A-Z, "
                   "0-9, '.', '_' and '-', but not '.' or '..'"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\n[[topic]]\nname = \"b\"\n[[topic]]\nname = \"a\"\n"),
            (Texts{"6: there is a topic 'a' already, in line 2; give each a name of its own"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a.001\"\n[[topic]]\nname = \"a\"\ncount = 3\n"),
            (Texts{"4: there is a topic 'a.001' already, in line 2; give each a name of its own"}));
  EXPECT_EQ(told("[[topic]]\npartitions = 3\n"),
            (Texts{"1: a topic has no name; write name = \"orders\""}));
}

TEST(FleetFile, TellsATypeThatIsWrongOnce) {
  EXPECT_EQ(told("name = 7\n[[topic]]\nname = \"a\"\n"),
            (Texts{"1: name is 7; allowed: text in quotes"}));
  EXPECT_EQ(told("[[topic]]\nname = 7\n"), (Texts{"2: topic.name is 7; allowed: text in quotes"}));
  EXPECT_EQ(told("[[topic]]\nname = 7\ncount = 3\n").size(), 1U);
}

TEST(FleetFile, TellsNamesThatKafkasMetricsCannotTellApart) {
  EXPECT_EQ(told("[[topic]]\nname = \"a.b\"\n[[topic]]\nname = \"a_b\"\n"),
            (Texts{"4: 'a_b' and the 'a.b' of line 2 differ in '.' and '_' alone; Kafka's metrics "
                   "cannot tell these apart: give one another name"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\ncount = 3\n[[topic]]\nname = \"a_{}\"\ncount = 2\n"),
            (Texts{"5: 'a_000' and the 'a.000' of line 2 differ in '.' and '_' alone; Kafka's "
                   "metrics cannot tell these apart: give one another name"}));
}

TEST(FleetFile, TellsMorePartitionsThanAClusterHolds) {
  // 9 * 100,000 + 100 * 1,000 are 1,000,000.
  const std::string most =
      "[[topic]]\nname = \"a\"\ncount = 100\npartitions = 1000\n"
      "[[topic]]\nname = \"b\"\ncount = 9\npartitions = 100000\n";
  EXPECT_EQ(told(most), Texts{});
  EXPECT_EQ(
      told(most + "[[topic]]\nname = \"c\"\n"),
      (Texts{"5: the fleet has 1,000,001 partitions in all, 900,000 of them by this table, "
             "which has most; at most 1,000,000 in all: fewer partitions, or a lower count"}));
}

TEST(FleetFile, TellsReplicasForWhichThereAreTooFewBrokers) {
  const std::string three = "[defaults]\nreplication_factor = 3\n[[topic]]\nname = \"a\"\n";
  EXPECT_EQ(told(three), Texts{});
  EXPECT_EQ(told(three, 3), Texts{});
  EXPECT_EQ(
      told(three + "[[topic]]\nname = \"b\"\n", 2),
      (Texts{"2: replication_factor is 3, but --brokers is 2; --brokers 3 or more, or a lower "
             "replication_factor"}));
}

TEST(FleetFile, TellsConfigurationsThatKafkaDoesNotTake) {
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\n[topic.configs]\n\"cleanup.polcy\" = \"compact\"\n"
                 "\"max.message.bytes\" = -5\n"),
            (Texts{"4: Unknown topic config name: cleanup.polcy; did you mean 'cleanup.policy'?",
                   "5: Invalid value -5 for configuration max.message.bytes; a value that Kafka "
                   "takes for it"}));
}

TEST(FleetFile, TellsAStartBeforeTheFirstPossible) {
  const Instant early{hours(72)};
  const auto spec = fleet_from_toml("history = \"3d\"\n[[topic]]\nname = \"a\"\n", "f", early);
  ASSERT_FALSE(spec);
  ASSERT_EQ(spec.error().size(), 1U);
  EXPECT_EQ(spec.error()[0].from, "f line 1");
  EXPECT_EQ(spec.error()[0].message, "the fleet would start at 1970-01-01T00:00:00Z");
  EXPECT_TRUE(fleet_from_toml("history = \"2d\"\n[[topic]]\nname = \"a\"\n", "f", early));
}

TEST(FleetFile, TellsAFileWithoutTopics) {
  EXPECT_EQ(told("name = \"x\"\n").size(), 1U);
  EXPECT_EQ(told("topics = 3\n").size(), 2U);
}

TEST(FleetFile, TellsARetentionInTwoPlaces) {
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\nconfigs = { \"retention.ms\" = 5 }\n"),
            (Texts{"3: configs has retention.ms; write retention = \"7d\" beside it"}));
  EXPECT_EQ(told("[[topic]]\nname = \"a\"\nconfigs = { \"retention.ms\" = \"x\" }\n").size(), 1U);
}

TEST(FleetFile, TellsAllSlipsTogether) {
  const auto all = told("nme = 1\n[[topic]]\nname = \"a\"\npartitions = 0\ncodec = \"lz5\"\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].starts_with("1: there is no field nme; did you mean 'name'?"));
  EXPECT_TRUE(all[1].starts_with("4: "));
  EXPECT_TRUE(all[2].starts_with("5: "));
}

// Each ```toml block of the page is a whole file.
TEST(FleetFile, ReadsEveryExampleOfItsPage) {
  std::ifstream page(PARTWISE_DOCS "/fleet-file.md");
  ASSERT_TRUE(page.good());
  std::string line;
  std::optional<std::string> example;
  int examples = 0;
  while (std::getline(page, line)) {
    if (line == "```toml") {
      example.emplace();
    } else if (line == "```" && example) {
      EXPECT_EQ(told(*example), Texts{}) << *example;
      const auto fleet = fleet::FleetTopics::from(read(*example));
      EXPECT_TRUE(fleet.has_value()) << (fleet ? "" : fleet.error()[0].message);
      example.reset();
      ++examples;
    } else if (example) {
      *example += line + "\n";
    }
  }
  EXPECT_GE(examples, 3);
}

}  // namespace
}  // namespace partwise::app
