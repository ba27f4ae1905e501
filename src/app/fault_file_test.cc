#include "app/fault_file.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/clock_fake.h"

namespace partwise::app {
namespace {

using protocol::ApiKey;
using protocol::ErrorCode;

TEST(FaultFile, ReadsEveryField) {
  const auto spec = faults_from_toml(R"(
[[fault]]
api = "Produce, Fetch"
broker = 2
topic = "orders"
client_id = "app"
skip = 3
times = 5
delay = "250ms"
throttle = 2
disk = "1MB/s"
error = "not_leader_or_follower"
disconnect = "during"
truncate = 10

[[broker]]
id = 3
state = "down"
after = "5s"

[[partition]]
topic = "orders"
partition = 4
leader = "none"
offline_replica = 1
delete_before = 100
)",
                                     "faults.toml");
  ASSERT_TRUE(spec) << spec.error().front().message;
  ASSERT_EQ(spec->requests.size(), 1U);
  const auto& rule = spec->requests.front().rule;
  EXPECT_EQ(rule.apis, (std::vector<ApiKey>{ApiKey::produce, ApiKey::fetch}));
  EXPECT_EQ(rule.broker, 2);
  EXPECT_EQ(rule.topic, "orders");
  EXPECT_EQ(rule.client_id, "app");
  EXPECT_EQ(rule.skip, 3);
  EXPECT_EQ(rule.times, 5);
  EXPECT_EQ(rule.delay, Millis{250});
  EXPECT_EQ(rule.throttle, Millis{2'000});
  EXPECT_EQ(rule.disk, BytesPerSecond{1e6});
  EXPECT_EQ(rule.error, ErrorCode::not_leader_or_follower);
  EXPECT_EQ(rule.disconnect, service::Disconnect::during);
  EXPECT_EQ(rule.truncate, 10U);
  ASSERT_EQ(spec->brokers.size(), 1U);
  EXPECT_EQ(spec->brokers.front().id, 3);
  EXPECT_FALSE(spec->brokers.front().up);
  EXPECT_EQ(spec->brokers.front().after, Millis{5'000});
  ASSERT_EQ(spec->partitions.size(), 1U);
  EXPECT_EQ(spec->partitions.front().leader, -1);
  EXPECT_EQ(spec->partitions.front().offline, (std::vector<int>{1}));
  EXPECT_EQ(spec->partitions.front().delete_before, 100);
}

TEST(FaultFile, TellsEverySlipWithItsLine) {
  const auto spec = faults_from_toml(
      "[[fault]]\napi = \"Prodcue\"\ndelay = 1\n[[fault]]\nerror = \"NOPE\"\n[[fault]]\nskip = 1\n"
      "[[fault]]\ndelay = -1\ncolour = 3\n",
      "f.toml");
  ASSERT_FALSE(spec);
  std::string all;
  for (const auto& error : spec.error()) all += error.from + " " + error.message + "\n";
  EXPECT_NE(all.find("Prodcue"), std::string::npos) << all;
  EXPECT_NE(all.find("NOPE"), std::string::npos) << all;
  EXPECT_NE(all.find("does nothing"), std::string::npos) << all;
  EXPECT_NE(all.find("colour"), std::string::npos) << all;
  EXPECT_NE(all.find("delay"), std::string::npos) << all;
}

TEST(FaultFile, AStateOfLaterComesWhenItsTimeHasCome) {
  FakeClock clock;
  broker::Agenda agenda;
  broker::Cluster cluster({.brokers = 2}, clock, agenda, [](const std::string&) {});
  const auto spec = faults_from_toml("[[broker]]\nid = 1\nafter = \"5s\"\n", "f.toml");
  ASSERT_TRUE(spec);
  ASSERT_TRUE(start(*spec, cluster, agenda, [](const std::string&) {}));
  EXPECT_EQ(cluster.controller(), 1);
  clock.advance(Millis{5'000});
  agenda.run_due(clock.steady_now());
  EXPECT_EQ(cluster.controller(), 2);
}

struct SmallCluster {
  // Its errors or notices, each with where it stands.
  std::string started(const std::string& toml) {
    const auto spec = faults_from_toml(toml, "f.toml");
    if (!spec) return spec.error().front().message;
    const auto done = start(*spec, cluster, agenda, note);
    return done ? "" : done.error().front().from + ": " + done.error().front().message;
  }
  broker::Partition& orders() { return *cluster.find("orders", 0); }

  FakeClock clock;
  broker::Agenda agenda;
  std::vector<std::string> told;
  broker::Notices note = [this](const std::string& line) { told.push_back(line); };
  broker::Cluster cluster{{.brokers = 3}, clock, agenda, note};
  broker::Outcome made = cluster.create_topic({"orders", 2, -1, {}, {}}, false);
};

TEST(FaultFile, AStateOfWhatIsNotThereIsToldWithItsLine) {
  SmallCluster small;
  EXPECT_EQ(small.started("[[partition]]\nleader = 1\ntopic = \"x\"\n"),
            "f.toml line 3: topic is 'x': there is no such");
  EXPECT_EQ(small.started("[[broker]]\nid = 4\nafter = 1\n"),
            "f.toml line 2: id is 4: there is no such broker");
  EXPECT_EQ(small.started("[[fault]]\ndelay = 1\nbroker = 4\n"),
            "f.toml line 3: broker is 4: there is no such broker");
}

TEST(FaultFile, NothingIsAppliedWhereOneThingIsWrong) {
  SmallCluster small;
  EXPECT_NE(small.started("[[broker]]\nid = 1\n[[partition]]\ntopic = \"orders\"\nleader = 2\n"
                          "[[partition]]\ntopic = \"orders\"\ndelete_before = 1\n"),
            "");
  EXPECT_EQ(small.cluster.controller(), 1);
  EXPECT_EQ(small.orders().leader_epoch, 0);
}

TEST(FaultFile, AReplicaMayComeFromAnEarlierLeader) {
  SmallCluster small;
  const int other = small.orders().leader % 3 + 1;
  const auto leads = fmt::format("[[partition]]\ntopic = \"orders\"\nleader = {}\n", other);
  const auto leaves =
      fmt::format("[[partition]]\ntopic = \"orders\"\noffline_replica = {}\n", other);
  EXPECT_NE(small.started(leaves + leads), "");
  EXPECT_EQ(small.started(leads + leaves), "");
  EXPECT_EQ(small.orders().offline, std::vector<int>{other});
}

TEST(FaultFile, AStateOfLaterThatCannotComeIsToldWhenItIsDue) {
  SmallCluster small;
  ASSERT_EQ(small.started("[[partition]]\ntopic = \"later\"\nleader = 2\nafter = 5\n"
                          "[[partition]]\ntopic = \"never\"\nleader = 2\nafter = 5\n"),
            "");
  ASSERT_TRUE(small.cluster.create_topic({"later", 1, -1, {}, {}}, false).ok());
  EXPECT_TRUE(small.told.empty());
  small.clock.advance(Millis{5'000});
  small.agenda.run_due(small.clock.steady_now());
  EXPECT_EQ(small.cluster.find("later", 0)->leader, 2);
  ASSERT_EQ(small.told.size(), 1U);
  EXPECT_NE(small.told.front().find("f.toml line 6: topic is 'never'"), std::string::npos)
      << small.told.front();
}

TEST(FaultFile, ASlowDiskIsTakenForRequestsOneOfWhichItSlows) {
  EXPECT_TRUE(faults_from_toml("[[fault]]\napi = \"Metadata, Fetch\"\ndisk = 1000\n", "f.toml"));
  EXPECT_TRUE(faults_from_toml("[[fault]]\ndisk = 1000\n", "f.toml"));
}

TEST(FaultFile, WhatCanDoNothingIsRefusedWithWhatIsAllowed) {
  const struct {
    std::string toml;
    std::string message;
    std::string hint;
  } slips[] = {
      {"[[fault]]\nerror = \"NONE\"\n", "no error", "NOT_LEADER_OR_FOLLOWER"},
      {"[[fault]]\nerror = 0\n", "no error", "NOT_LEADER_OR_FOLLOWER"},
      {"[[partition]]\ntopic = \"a\"\n", "does nothing", "leader, offline_replica"},
      {"[[partition]]\ntopic = \"a/b\"\nleader = 1\n", "'a/b'", "a-z A-Z 0-9"},
      {"[[fault]]\ntopic = \"a/b\"\ndelay = 1\n", "'a/b'", "a-z A-Z 0-9"},
      {"[[fault]]\ntopic = \"\"\ndelay = 1\n", "''", "a-z A-Z 0-9"},
      {"[[fault]]\napi = \"\"\ndelay = 1\n", "no request", "Produce, Fetch"},
      {"[[fault]]\napi = \" , \"\ndelay = 1\n", "no request", "Produce, Fetch"},
      {"[[partition]]\ntopic = \"a\"\nleader = \"bob\"\n", "'bob'", "a broker's id"},
      {"[[fault]]\ndelay = \"0s\"\n", "delay is '0s'", "1ms to 3600s"},
      {"[[fault]]\nthrottle = 0\nerror = 6\n", "throttle is 0", "1ms to 3600s"},
      {"[[fault]]\nclient_id = \"\"\ndelay = 1\n", "client_id is empty", "all clients"},
      {"[[fault]]\napi = \"Metadata, ListOffsets\"\ndelay = 1\ndisk = 1000\n",
       "nothing to Metadata, ListOffsets", "Produce and Fetch"},
      {"[[fault]]\nerror = 2000\n", "error is 2000", "-1 to 1000"},
      {"[[fault]]\nerror = true\n", "error is true", "-1 to 1000"},
  };
  for (const auto& slip : slips) {
    const auto spec = faults_from_toml(slip.toml, "f.toml");
    ASSERT_FALSE(spec) << slip.toml;
    ASSERT_EQ(spec.error().size(), 1U) << slip.toml;
    const auto& error = spec.error().front();
    EXPECT_NE(error.message.find(slip.message), std::string::npos) << error.message;
    EXPECT_NE(error.hint.find(slip.hint), std::string::npos) << error.hint;
    EXPECT_TRUE(error.from.starts_with("f.toml line ")) << error.from;
  }
}

}  // namespace
}  // namespace partwise::app
