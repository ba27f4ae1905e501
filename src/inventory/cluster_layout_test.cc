#include "inventory/cluster_layout.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "inventory/inventory_json.h"

namespace partwise::inventory {
namespace {

// Two brokers of three are up. By hand: topic a has 3 replicas each, b has 2.
ClusterLayout example() {
  ClusterLayout layout;
  layout.cluster_id = "c";
  layout.bootstrap_servers = "h:1";
  layout.controller = 2;
  layout.brokers = {{1, "one", 9092, "r1"}, {2, "two", 9092, {}}};
  layout.topics = {{"a", {{1, {1, 2, 3}, {1, 2}}, {2, {1, 2, 3}, {2, 1, 3}}}, 700, {}},
                   {"b", {{-1, {3, 1}, {}}, {1, {1, 2}, {1, 2}}}, {}, {}}};
  return layout;
}

TEST(ClusterLayout, CountsWhatIsInTroubleAsKafkaDoes) {
  const auto sum = totals(example());
  EXPECT_EQ(sum.topics, 2);
  EXPECT_EQ(sum.partitions, 4);
  EXPECT_EQ(sum.replicas, 10);
  EXPECT_EQ(sum.under_replicated, 2);  // a 0, and b 0, which no copy of is in sync
  EXPECT_EQ(sum.leaderless, 1);
  EXPECT_EQ(sum.stored_bytes, 700);
}

TEST(ClusterLayout, SharesOutLeadersAndCopies) {
  const auto shares = broker_shares(example());
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0].leads, 2);
  EXPECT_EQ(shares[0].replicas, 4);
  EXPECT_EQ(shares[0].behind, 1);  // of b 0
  EXPECT_EQ(shares[1].leads, 1);
  EXPECT_EQ(shares[1].replicas, 3);
  EXPECT_EQ(shares[1].behind, 0);
}

TEST(ClusterLayout, KnowsWhoLeadsInsteadOfTheFirst) {
  const auto layout = example();
  EXPECT_FALSE(layout.topics[0].partitions[0].led_elsewhere());
  EXPECT_TRUE(layout.topics[0].partitions[1].led_elsewhere());
  EXPECT_FALSE(layout.topics[1].partitions[0].led_elsewhere()) << "nobody leads it";
}

TEST(ClusterLayout, AsJsonHasNullWhereNothingIsKnown) {
  const auto value = nlohmann::json::parse(
      to_json({{"mine", "h:1", example()},
               {"gone", "h:2", fail(ErrorKind::unavailable, "cannot reach h:2", "wait")}},
              {{ErrorKind::unauthorized, "API key K is left", {}, {}}}));
  EXPECT_EQ(value["api_keys_left"], nlohmann::json::array({"API key K is left"}));
  const auto& found = value["clusters"][0];
  EXPECT_EQ(found["brokers"][1]["rack"], nullptr);
  EXPECT_EQ(found["brokers"][1]["controller"], true);
  EXPECT_EQ(found["topics"][1]["stored_bytes"], nullptr);
  EXPECT_EQ(found["topics"][1]["partitions"][0]["leader"], nullptr);
  EXPECT_EQ(found["error"], nullptr);
  const auto& gone = value["clusters"][1];
  EXPECT_EQ(gone["cluster_id"], "gone");
  EXPECT_EQ(gone["error"]["kind"], "unavailable");
  EXPECT_EQ(gone["error"]["hint"], "wait");
}

}  // namespace
}  // namespace partwise::inventory
