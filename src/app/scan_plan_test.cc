#include "app/scan_plan.h"

#include <string>

#include <gtest/gtest.h>

#include "app/run_topics.h"

namespace partwise::app {
namespace {

const SharedTopic shared{"nightly", "orders", 4, 2};
const std::string first = "partwise-scan-20260304T050607Z-1a2b3c4d-a-17";
const std::string second = "partwise-scan-20260304T050608Z-0a2b3c4d-b-4";

kafka::GroupMember member(const std::string& client, std::vector<int> partitions,
                          const std::string& topic = "orders") {
  return {client, "10.0.0.7", {{topic, std::move(partitions)}}};
}

kafka::GroupView group() {
  return {"nightly", true, {member(second, {2, 3}), member(first, {1, 0})}};
}

bool has_plan(const kafka::GroupView& view) {
  const auto plan = plan_of(view, shared);
  EXPECT_TRUE(plan) << plan.error().message;
  return plan->has_value();
}

std::string refusal(const kafka::GroupView& view) {
  const auto plan = plan_of(view, shared);
  return plan ? "" : plan.error().message;
}

TEST(ScanPlan, TheFirstThatBeganCollects) {
  const auto plan = plan_of(group(), shared).value().value();
  EXPECT_EQ(plan.collector().client, first);
  EXPECT_EQ(plan.collector().partitions, (std::vector{0, 1}));
  EXPECT_EQ(plan.share_of(second)->partitions, (std::vector{2, 3}));
  EXPECT_EQ(plan.share_of("another"), nullptr);
}

TEST(ScanPlan, AllDeriveOneTopicThatCleanupKnows) {
  const auto exchange = plan_of(group(), shared).value()->exchange;
  EXPECT_EQ(run_topic_start(exchange), run_topic_start("partwise-keys-20260304T050607Z-00000000"));
  auto turned = group();
  std::swap(turned.members[0], turned.members[1]);
  EXPECT_EQ(plan_of(turned, shared).value()->exchange, exchange);
  // Who sees other shares does not meet those who see these.
  auto other = group();
  other.members[0].assigned["orders"] = {1, 3};
  other.members[1].assigned["orders"] = {0, 2};
  EXPECT_NE(plan_of(other, shared).value()->exchange, exchange);
}

TEST(ScanPlan, ThereIsNoneBeforeAllHaveTheirPartitions) {
  auto view = group();
  view.stable = false;
  EXPECT_FALSE(has_plan(view));
  view = group();
  view.members.pop_back();
  EXPECT_FALSE(has_plan(view));
  view = group();
  view.members[0].assigned.clear();
  EXPECT_FALSE(has_plan(view));
  for (const auto& wrong : {std::vector{1, 2, 3}, std::vector{2}, std::vector{2, 4}}) {
    view = group();
    view.members[0].assigned["orders"] = wrong;
    EXPECT_FALSE(has_plan(view));
  }
}

TEST(ScanPlan, AProcessMayHaveNoPartition) {
  auto view = group();
  view.members[0].assigned.clear();
  view.members[1].assigned["orders"] = {0, 1, 2, 3};
  EXPECT_TRUE(has_plan(view));
}

TEST(ScanPlan, MoreProcessesThanAskedForAreRefused) {
  auto view = group();
  view.members.push_back(member("partwise-scan-20260304T050609Z-0a2b3c4d-c-5", {}));
  EXPECT_TRUE(refusal(view).starts_with("3 of 2 processes are in the group nightly: "))
      << refusal(view);
}

TEST(ScanPlan, WhatIsNotAScanOfTheTopicIsRefused) {
  for (const auto* client :
       {"consumer-1", "", "partwise-scan-", "partwise-scan-20261304T050607Z-1a2b3c4d-a-1"}) {
    auto view = group();
    view.members[1].client = client;
    EXPECT_TRUE(refusal(view).starts_with("the group nightly is used by ")) << client;
  }
  auto view = group();
  view.members[1] = member(first, {0, 1}, "payments");
  EXPECT_EQ(refusal(view),
            "the group nightly is used by " + first + " on 10.0.0.7, for the topic payments");
  view.members.clear();
  EXPECT_TRUE(check_members(view, shared));
}

TEST(ScanPlan, AClientIdIsOneOfOurs) {
  const kafka::GroupView view{
      "nightly", true, {member(scan_client_id(Instant{Millis{1'772'600'767'000}}), {})}};
  EXPECT_TRUE(check_members(view, shared));
  EXPECT_TRUE(view.members[0].client.starts_with("partwise-scan-20260304T050607Z-"))
      << view.members[0].client;
}

}  // namespace
}  // namespace partwise::app
