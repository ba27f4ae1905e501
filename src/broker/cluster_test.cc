// The cluster's brokers and topics: what it refuses, who leads, and how many partitions fit.
#include "broker/cluster.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock_fake.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;
using Ids = std::vector<int>;

class ClusterTest : public testing::Test {
 protected:
  static NewTopic topic(const std::string& name, int partitions, int replication_factor = 1) {
    return {name, partitions, replication_factor, {}, {}};
  }
  ErrorCode made(const NewTopic& wanted) { return cluster.create_topic(wanted, false).error; }
  Partition& partition(const std::string& name, int number = 0) {
    return *cluster.find(name, number);
  }

  FakeClock clock;
  Agenda agenda;
  Cluster cluster{{.brokers = 3, .partitions_max = 10}, clock, agenda, [](const std::string&) {}};
};

TEST_F(ClusterTest, RefusesATopicThatCannotBeAndMakesNothingOfIt) {
  ASSERT_EQ(made(topic("a.b", 1)), ErrorCode::none);
  const struct {
    NewTopic wanted;
    ErrorCode error = ErrorCode::none;
  } impossible[] = {
      {topic("", 1), ErrorCode::invalid_topic},
      {topic("a/b", 1), ErrorCode::invalid_topic},
      {topic("a.b", 1), ErrorCode::topic_already_exists},
      {topic("a_b", 1), ErrorCode::invalid_topic},
      {topic("t", 0), ErrorCode::invalid_partitions},
      {topic("t", -2), ErrorCode::invalid_partitions},
      {topic("t", 1, 0), ErrorCode::invalid_replication_factor},
      {topic("t", 1, -2), ErrorCode::invalid_replication_factor},
      {topic("t", 1, 4), ErrorCode::invalid_replication_factor},
      {{"t", -1, -1, {{1, {1}}}, {}}, ErrorCode::invalid_replica_assignment},
      {{"t", -1, -1, {{0, {1}}, {2, {1}}}, {}}, ErrorCode::invalid_replica_assignment},
      {{"t", -1, -1, {{0, {}}}, {}}, ErrorCode::invalid_replica_assignment},
      {{"t", -1, -1, {{0, {4}}}, {}}, ErrorCode::invalid_replica_assignment},
      {{"t", -1, -1, {{0, {2, 2}}}, {}}, ErrorCode::invalid_replica_assignment},
      {{"t", 1, 1, {}, {{"retention.mss", "5"}}}, ErrorCode::invalid_config},
      {{"t", 1, 1, {}, {{"retention.ms", "long"}}}, ErrorCode::invalid_config},
  };
  int number = 0;
  for (const auto& [wanted, error] : impossible) {
    EXPECT_EQ(made(wanted), error) << "number " << number++;
  }
  EXPECT_EQ(cluster.topics().size(), 1U);
  EXPECT_EQ(cluster.partition_count(), 1);
}

TEST_F(ClusterTest, ACheckMakesNothing) {
  EXPECT_TRUE(cluster.create_topic(topic("t", 4), true).ok());
  EXPECT_EQ(cluster.find("t"), nullptr);
  ASSERT_EQ(made(topic("t", 4)), ErrorCode::none);
  EXPECT_TRUE(cluster.add_partitions("t", 6, {}, true).ok());
  EXPECT_EQ(cluster.partition_count(), 4);
}

TEST_F(ClusterTest, SpreadsLeadersAndReplicasOverTheBrokers) {
  ASSERT_EQ(made(topic("a", 4, 2)), ErrorCode::none);
  ASSERT_EQ(made(topic("b", 1, 2)), ErrorCode::none);
  ASSERT_TRUE(cluster.add_partitions("b", 2, {}, false).ok());
  std::map<int, int> leads;
  std::map<int, int> holds;
  for (const auto& [name, each] : cluster.topics()) {
    for (const auto& partition : each->partitions) {
      ++leads[partition.leader];
      for (const int replica : partition.replicas) ++holds[replica];
      EXPECT_EQ(std::set(partition.replicas.begin(), partition.replicas.end()).size(), 2U);
      EXPECT_EQ(partition.leader, partition.replicas.front());
      EXPECT_EQ(partition.isr, partition.replicas);
    }
  }
  // Six partitions of two replicas on three brokers.
  EXPECT_EQ(leads, (std::map<int, int>{{1, 2}, {2, 2}, {3, 2}}));
  EXPECT_EQ(holds, (std::map<int, int>{{1, 4}, {2, 4}, {3, 4}}));
}

TEST_F(ClusterTest, PutsReplicasWhereTheAssignmentSays) {
  ASSERT_EQ(made({"t", -1, -1, {{0, {3, 1}}, {1, {2}}}, {}}), ErrorCode::none);
  ASSERT_TRUE(cluster.add_partitions("t", 3, {{1, 2}}, false).ok());
  EXPECT_EQ(partition("t", 0).replicas, (Ids{3, 1}));
  EXPECT_EQ(partition("t", 0).leader, 3);
  EXPECT_EQ(partition("t", 1).replicas, Ids{2});
  EXPECT_EQ(partition("t", 2).replicas, (Ids{1, 2}));
}

TEST_F(ClusterTest, LeadershipLeavesABrokerThatGoesAndStaysWhereItWent) {
  ASSERT_EQ(made({"t", -1, -1, {{0, {1, 3, 2}}, {1, {2, 1}}, {2, {2, 3}}}, {}}), ErrorCode::none);
  ASSERT_TRUE(cluster.set_broker_up(1, false));
  EXPECT_EQ(cluster.controller(), 2);
  EXPECT_EQ(partition("t", 0).leader, 3);
  EXPECT_EQ(partition("t", 0).leader_epoch, 1);
  EXPECT_EQ(partition("t", 0).isr, (Ids{3, 2}));
  EXPECT_EQ(partition("t", 0).offline, Ids{1});
  // It follows here: another leads, and goes on.
  EXPECT_EQ(partition("t", 1).leader, 2);
  EXPECT_EQ(partition("t", 1).leader_epoch, 0);
  EXPECT_EQ(partition("t", 1).isr, Ids{2});
  EXPECT_EQ(partition("t", 2).isr, (Ids{2, 3}));
  ASSERT_TRUE(cluster.set_broker_up(1, true));
  EXPECT_EQ(cluster.controller(), 1);
  EXPECT_EQ(partition("t", 0).leader, 3);
  EXPECT_EQ(partition("t", 0).leader_epoch, 1);
  EXPECT_EQ(partition("t", 0).isr, (Ids{1, 3, 2}));
  EXPECT_TRUE(partition("t", 0).offline.empty());
  EXPECT_FALSE(cluster.set_broker_up(4, false));
  EXPECT_FALSE(cluster.set_broker_up(0, false));
}

TEST_F(ClusterTest, TheLastOfTheIsrStaysInItAndLeadsAgainWhenItIsBack) {
  ASSERT_EQ(made({"t", -1, -1, {{0, {2, 1}}}, {}}), ErrorCode::none);
  cluster.set_broker_up(2, false);
  cluster.set_broker_up(1, false);
  EXPECT_EQ(partition("t").leader, -1);
  EXPECT_EQ(partition("t").isr, Ids{1});
  cluster.set_broker_up(3, false);
  EXPECT_EQ(cluster.controller(), -1);
  cluster.set_broker_up(1, true);
  EXPECT_EQ(partition("t").leader, 1);
}

TEST_F(ClusterTest, ATopicThatIsMadeWhileABrokerIsDownIsLedByAnother) {
  cluster.set_broker_up(2, false);
  ASSERT_EQ(made({"t", -1, -1, {{0, {2, 3}}, {1, {2}}}, {}}), ErrorCode::none);
  EXPECT_EQ(partition("t", 0).leader, 3);
  EXPECT_EQ(partition("t", 0).offline, Ids{2});
  EXPECT_EQ(partition("t", 1).leader, -1);
}

TEST_F(ClusterTest, AReplicaThatIsOfflineLeavesTheIsrAndDoesNotLead) {
  ASSERT_EQ(made({"t", -1, -1, {{0, {1, 2, 3}}, {1, {1, 2}}}, {}}), ErrorCode::none);
  ASSERT_TRUE(cluster.set_replica_online("t", 0, 2, false));
  EXPECT_EQ(partition("t", 0).leader, 1);
  EXPECT_EQ(partition("t", 0).leader_epoch, 0);
  EXPECT_EQ(partition("t", 0).isr, (Ids{1, 3}));
  ASSERT_TRUE(cluster.set_replica_online("t", 0, 1, false));
  EXPECT_EQ(partition("t", 0).leader, 3);
  EXPECT_EQ(partition("t", 0).leader_epoch, 1);
  EXPECT_EQ(partition("t", 0).offline, (Ids{2, 1}));
  // Its broker is up: of another partition it leads on.
  EXPECT_EQ(partition("t", 1).leader, 1);
  ASSERT_TRUE(cluster.set_replica_online("t", 0, 2, true));
  EXPECT_EQ(partition("t", 0).isr, (Ids{2, 3}));
  EXPECT_EQ(partition("t", 0).offline, Ids{1});
}

TEST_F(ClusterTest, AReplicaThatIsNotThereIsToldAndChangesNothing) {
  ASSERT_EQ(made({"t", -1, -1, {{0, {1, 2}}}, {}}), ErrorCode::none);
  EXPECT_FALSE(cluster.set_replica_online("t", 0, 3, false));
  EXPECT_FALSE(cluster.set_replica_online("t", 1, 1, false));
  EXPECT_FALSE(cluster.set_replica_online("t", -1, 1, false));
  EXPECT_FALSE(cluster.set_replica_online("u", 0, 1, false));
  EXPECT_TRUE(partition("t").offline.empty());
}

TEST_F(ClusterTest, WhoeverIsMadeLeaderIsAReplicaFromThenOn) {
  ASSERT_EQ(made({"t", -1, -1, {{0, {1, 2}}}, {}}), ErrorCode::none);
  ASSERT_TRUE(cluster.set_leader("t", 0, 3));
  EXPECT_EQ(partition("t").leader, 3);
  EXPECT_EQ(partition("t").leader_epoch, 1);
  EXPECT_EQ(partition("t").replicas, (Ids{1, 2, 3}));
  EXPECT_EQ(partition("t").isr, (Ids{1, 2, 3}));
  ASSERT_TRUE(cluster.set_leader("t", 0, -1));
  EXPECT_EQ(partition("t").leader, -1);
  EXPECT_FALSE(cluster.set_leader("t", 0, 4));
  EXPECT_FALSE(cluster.set_leader("t", 1, 1));
  EXPECT_EQ(partition("t").leader_epoch, 2);
}

TEST_F(ClusterTest, HoldsSoManyPartitionsAndNoMore) {
  ASSERT_EQ(made(topic("a", 6)), ErrorCode::none);
  const auto refused = cluster.create_topic(topic("b", 5), false);
  EXPECT_EQ(refused.error, ErrorCode::invalid_partitions);
  EXPECT_EQ(refused.message,
            "5 partitions more are too many: all topics together may have 10, and have 6 already. "
            "Ask for fewer, or delete topics.");
  EXPECT_EQ(cluster.add_partitions("a", 11, {}, false).error, ErrorCode::invalid_partitions);
  ASSERT_EQ(made(topic("b", 3)), ErrorCode::none);
  ASSERT_TRUE(cluster.add_partitions("a", 7, {}, false).ok());
  EXPECT_EQ(cluster.partition_count(), 10);
  EXPECT_EQ(cluster.auto_create("c").error, ErrorCode::invalid_partitions);
  VirtualLogs formula;
  formula.name = "v";
  formula.logs.resize(1);
  EXPECT_EQ(cluster.add_virtual(std::move(formula)).error, ErrorCode::invalid_partitions);
  ASSERT_TRUE(cluster.delete_topic("a").ok());
  EXPECT_EQ(made(topic("d", 7)), ErrorCode::none);
  EXPECT_EQ(cluster.partition_count(), 10);
}

TEST_F(ClusterTest, PartitionsBecomeMoreAndNeverFewer) {
  ASSERT_EQ(made(topic("t", 3)), ErrorCode::none);
  EXPECT_EQ(cluster.add_partitions("t", 3, {}, false).error, ErrorCode::invalid_partitions);
  EXPECT_EQ(cluster.add_partitions("t", 2, {}, false).error, ErrorCode::invalid_partitions);
  EXPECT_EQ(cluster.add_partitions("u", 4, {}, false).error, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(cluster.add_partitions("t", 5, {{1}}, false).error,
            ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(cluster.add_partitions("t", 4, {{9}}, false).error,
            ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(cluster.partition_count(), 3);
}

TEST_F(ClusterTest, ATopicThatIsDeletedIsGoneByItsNameAndItsId) {
  std::vector<std::string> deleted;
  cluster.on_delete([&](const std::string& name) { deleted.push_back(name); });
  ASSERT_EQ(made(topic("a.b", 2)), ErrorCode::none);
  const auto id = cluster.find("a.b")->id;
  ASSERT_NE(cluster.find(id), nullptr);
  EXPECT_TRUE(cluster.delete_topic("a.b").ok());
  EXPECT_EQ(cluster.find("a.b"), nullptr);
  EXPECT_EQ(cluster.find(id), nullptr);
  EXPECT_EQ(deleted, std::vector<std::string>{"a.b"});
  EXPECT_EQ(made(topic("a_b", 1)), ErrorCode::none);
  EXPECT_EQ(cluster.delete_topic("a.b").error, ErrorCode::unknown_topic_or_partition);
}

}  // namespace
}  // namespace partwise::broker
