#include "app/fault_file.h"

#include <string>

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
  ASSERT_EQ(spec->rules.size(), 1U);
  const auto& rule = spec->rules.front();
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
  ASSERT_TRUE(start(*spec, cluster, agenda));
  EXPECT_EQ(cluster.controller(), 1);
  clock.advance(Millis{5'000});
  agenda.run_due(clock.steady_now());
  EXPECT_EQ(cluster.controller(), 2);
}

TEST(FaultFile, AStateOfWhatIsNotThereIsTold) {
  FakeClock clock;
  broker::Agenda agenda;
  broker::Cluster cluster({}, clock, agenda, [](const std::string&) {});
  const auto spec = faults_from_toml("[[partition]]\ntopic = \"x\"\nleader = 1\n", "f.toml");
  ASSERT_TRUE(spec);
  const auto started = start(*spec, cluster, agenda);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace partwise::app
