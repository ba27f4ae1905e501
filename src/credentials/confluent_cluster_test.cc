#include "credentials/confluent_cluster.h"

#include <gtest/gtest.h>

namespace partwise::credentials {
namespace {

CloudCluster cluster() {
  CloudCluster each;
  each.id = "lkc-1";
  each.endpoints = {{"PUBLIC", "pub:9092", "", "PUBLIC"},
                    {"ap1pni123", "pni:9092", "", "PRIVATE_NETWORK_INTERFACE"},
                    {"ap2platt67", "pl:9092", "", ""}};
  each.own_endpoint = KafkaEndpoint{"", "old:9092", "", ""};
  return each;
}

TEST(ChosenEndpoint, IsTheNamedElseThePublicElseTheClustersOwn) {
  auto known = cluster();
  EXPECT_EQ(chosen_endpoint(known, "ap1pni123")->bootstrap, "pni:9092");
  EXPECT_EQ(chosen_endpoint(known, "")->bootstrap, "pub:9092");
  known.endpoints.erase(known.endpoints.begin());
  EXPECT_EQ(chosen_endpoint(known, "")->bootstrap, "old:9092");
  known.endpoints.clear();
  EXPECT_EQ(chosen_endpoint(known, "")->bootstrap, "old:9092");
}

TEST(ChosenEndpoint, IsAnErrorThatListsWhatThereIs) {
  auto known = cluster();
  const auto wrong = chosen_endpoint(known, "ap1pni132");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::invalid_input);
  EXPECT_EQ(wrong.error().message, "cluster lkc-1 has no access point ap1pni132");
  EXPECT_EQ(wrong.error().hint,
            "do you mean ap1pni123? it has these access points: PUBLIC (PUBLIC, pub:9092); "
            "ap1pni123 (PRIVATE_NETWORK_INTERFACE, pni:9092); ap2platt67 (pl:9092)");
  known.endpoints.erase(known.endpoints.begin());
  known.own_endpoint.reset();
  EXPECT_EQ(chosen_endpoint(known, "").error().message, "cluster lkc-1 has no public address");
  known.endpoints.clear();
  EXPECT_FALSE(chosen_endpoint(known, ""));
}

}  // namespace
}  // namespace partwise::credentials
