#include "broker/group_coordinator.h"

#include <gtest/gtest.h>

#include "broker/consumer_protocol.h"
#include "broker/group_scene_fake.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;
using namespace std::chrono_literals;
using Codes = std::vector<ErrorCode>;

class GroupCoordinatorTest : public ::testing::Test, public GroupScene {
 protected:
  JoinResult stable_consumer(const std::vector<std::string>& topics) {
    auto request = joining();
    request.protocols[0].metadata = subscription(topics);
    const auto joined = join(request);
    pass(0ms);
    sync(*joined);
    return *joined;
  }
  void stay(const JoinResult& member, Millis time) {
    for (Millis passed{0}; passed < time; passed += 5s) {
      heartbeat(member);
      pass(5s);
    }
  }
  std::vector<std::string> listed(std::vector<std::string> states,
                                  std::vector<std::string> types = {}) const {
    std::vector<std::string> names;
    for (const auto& group : coordinator.list(states, types)) names.push_back(group.group);
    return names;
  }
};

// ---- what is refused before a group is asked

TEST_F(GroupCoordinatorTest, AGroupNeedsAName) {
  auto request = joining();
  request.group.clear();
  EXPECT_EQ(join(request)->error, ErrorCode::invalid_group_id);
  EXPECT_EQ(coordinator.heartbeat({"", 1, "m", {}}), ErrorCode::invalid_group_id);
  EXPECT_EQ(coordinator.leave({"", {{"m", {}}}}).error, ErrorCode::invalid_group_id);
  Awaited<SyncResult> awaited;
  coordinator.sync({}, awaited.take());
  EXPECT_EQ(awaited->error, ErrorCode::invalid_group_id);
  EXPECT_EQ(coordinator.delete_offsets("", {}).error, ErrorCode::invalid_group_id);
}

TEST_F(GroupCoordinatorTest, SessionsLastFromSixSecondsToHalfAnHour) {
  auto request = joining();
  request.session_timeout = 5999ms;
  EXPECT_EQ(join(request)->error, ErrorCode::invalid_session_timeout);
  request.session_timeout = 30min + 1ms;
  EXPECT_EQ(join(request)->error, ErrorCode::invalid_session_timeout);
  EXPECT_EQ(state(), "Dead");
  request.session_timeout = 6s;
  EXPECT_TRUE(join(request).waits());
  request.session_timeout = 30min;
  EXPECT_TRUE(join(request).waits());
}

TEST_F(GroupCoordinatorTest, NoOneIsAMemberOfAGroupThatIsNot) {
  EXPECT_EQ(join("m")->error, ErrorCode::unknown_member_id);
  JoinResult joined;
  joined.member_id = "m";
  EXPECT_EQ(sync(joined)->error, ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(joined), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave("m").members, Codes{ErrorCode::unknown_member_id});
  EXPECT_EQ(commit(3, "m", "t", 1), ErrorCode::illegal_generation);
  EXPECT_EQ(state(), "Dead");
}

// ---- limits

TEST(GroupLimits, AGroupTakesNoMoreThanItsLargestSize) {
  GroupSettings settings;
  settings.max_group_size = 2;
  GroupScene scene(settings);
  scene.stable(2);
  EXPECT_EQ(scene.join()->error, ErrorCode::group_max_size_reached);
  EXPECT_EQ(scene.state(), "Stable");
}

// As Kafka does: whoever comes back last is too many.
TEST(GroupLimits, WhileAGroupPreparesTheFirstToJoinAreTheMembers) {
  GroupSettings settings;
  settings.max_group_size = 2;
  GroupScene scene(settings);
  const auto members = scene.stable(2);
  const auto first = scene.join(members[0].member_id);
  const auto newcomer = scene.join();
  EXPECT_TRUE(newcomer.waits());
  EXPECT_EQ(scene.join(members[1].member_id)->error, ErrorCode::group_max_size_reached);
  EXPECT_EQ(first->members.size(), 2U);
  EXPECT_EQ(newcomer->generation, 2);
}

TEST(GroupLimits, NoMoreIdsAreGivenOutThanAGroupMayHaveMembers) {
  GroupSettings settings;
  settings.max_group_size = 2;
  GroupScene scene(settings);
  auto request = GroupScene::joining();
  request.member_id_required = true;
  EXPECT_EQ(scene.join(request)->error, ErrorCode::member_id_required);
  EXPECT_EQ(scene.join(request)->error, ErrorCode::member_id_required);
  EXPECT_EQ(scene.join(request)->error, ErrorCode::group_max_size_reached);
}

TEST(GroupLimits, ThereAreNoMoreGroupsThanAllowed) {
  GroupSettings settings;
  settings.max_groups = 1;
  GroupScene scene(settings);
  EXPECT_EQ(scene.commit(-1, "", "t", 1), ErrorCode::none);
  auto request = GroupScene::joining();
  request.group = "other";
  EXPECT_EQ(scene.join(request)->error, ErrorCode::policy_violation);
  CommitRequest commit{"other", -1, "", {}, {}, {{"t", 0, 1, -1, {}}}};
  EXPECT_EQ(scene.coordinator.commit(commit), Codes{ErrorCode::policy_violation});
  EXPECT_TRUE(scene.join().waits());
}

TEST(GroupLimits, MetadataAssignmentsAndOffsetsTakeOfOneBudgetAndGiveBack) {
  GroupSettings settings;
  settings.max_bytes = 20'000;
  GroupScene scene(settings);
  const std::string large(12'000, 'x');
  auto request = GroupScene::joining();
  request.protocols[0].metadata = large;
  const auto joined = scene.join(request);
  scene.pass(0ms);
  EXPECT_EQ(joined->error, ErrorCode::none);
  EXPECT_EQ(scene.join(request)->error, ErrorCode::policy_violation);
  EXPECT_EQ(scene.sync(*joined, {{joined->member_id, large}})->error, ErrorCode::policy_violation);
  EXPECT_EQ(scene.sync(*joined, {{joined->member_id, "small"}})->assignment, "small");
  CommitRequest commit{"g", 1,  joined->member_id,
                       {},  {}, {{std::string(9'000, 't'), 0, 1, -1, {}}}};
  EXPECT_EQ(scene.coordinator.commit(commit), Codes{ErrorCode::invalid_commit_offset_size});

  scene.leave(joined->member_id);
  EXPECT_TRUE(scene.join(request).waits());
}

TEST(GroupLimits, OffsetsThatAreCommittedAgainAndAgainTakeNoMoreRoom) {
  GroupSettings settings;
  settings.max_bytes = 3'000;
  GroupScene scene(settings);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(scene.commit(-1, "", "t", i), ErrorCode::none);
  EXPECT_EQ(scene.committed("t"), 99);
}

TEST(GroupLimits, ACoordinatorLeavesNothingInTheAgenda) {
  FakeClock clock;
  Agenda agenda;
  bool answered = false;
  {
    GroupCoordinator coordinator({}, clock, agenda, 1);
    coordinator.join(GroupScene::joining(), [&](const JoinResult&) { answered = true; });
    EXPECT_TRUE(agenda.next().has_value());
  }
  EXPECT_FALSE(agenda.next().has_value());
  EXPECT_FALSE(answered);
}

// ---- offsets

TEST_F(GroupCoordinatorTest, AConsumerOutsideOfAGroupMayCommit) {
  EXPECT_EQ(commit(-1, "", "t", 7), ErrorCode::none);
  EXPECT_EQ(committed("t"), 7);
  EXPECT_EQ(committed("other"), -1);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(coordinator.describe("g").protocol_type, "");
}

TEST_F(GroupCoordinatorTest, OnlyMembersOfTheGenerationMayCommitWhileThereAreMembers) {
  const auto a = stable(1)[0];
  EXPECT_EQ(commit(1, a.member_id, "t", 5), ErrorCode::none);
  EXPECT_EQ(commit(-1, "", "t", 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(1, "nobody", "t", 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(0, a.member_id, "t", 1), ErrorCode::illegal_generation);
  EXPECT_EQ(commit(-1, a.member_id, "t", 1), ErrorCode::illegal_generation);
  EXPECT_EQ(committed("t"), 5);
  leave(a.member_id);
  EXPECT_EQ(commit(1, a.member_id, "t", 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(-1, "", "t", 6), ErrorCode::none);
  EXPECT_EQ(committed("t"), 6);
}

TEST_F(GroupCoordinatorTest, MembersMayCommitWhatTheyHaveReadUntilTheNextGenerationBegins) {
  const auto a = stable(1)[0];
  const auto b = join();
  EXPECT_EQ(commit(1, a.member_id, "t", 5), ErrorCode::none);  // PreparingRebalance
  const auto again = join(a.member_id);
  EXPECT_EQ(commit(1, a.member_id, "t", 6), ErrorCode::illegal_generation);
  EXPECT_EQ(commit(2, a.member_id, "t", 6), ErrorCode::rebalance_in_progress);
  sync(*again);
  EXPECT_EQ(commit(2, b->member_id, "t", 6), ErrorCode::none);
}

TEST_F(GroupCoordinatorTest, ACommitIsASignOfLife) {
  const auto a = stable(1)[0];
  pass(9s);
  commit(1, a.member_id, "t", 5);
  pass(9s);
  EXPECT_EQ(heartbeat(a), ErrorCode::none);
}

TEST_F(GroupCoordinatorTest, EachOffsetHasItsCode) {
  CommitRequest request;
  request.group = "g";
  request.offsets = {{"t", 1, 10, 3, std::string(4096, 'm')},
                     {"t", 0, 11, -1, std::string(4097, 'm')},
                     {"s", 2, 12, -1, "note"}};
  EXPECT_EQ(coordinator.commit(request),
            (Codes{ErrorCode::none, ErrorCode::offset_metadata_too_large, ErrorCode::none}));
  const auto all = coordinator.committed("g");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].topic, "s");
  EXPECT_EQ(all[0].partition, 2);
  EXPECT_EQ(all[0].offset, 12);
  EXPECT_EQ(all[0].metadata, "note");
  EXPECT_EQ(all[1].topic, "t");
  EXPECT_EQ(all[1].leader_epoch, 3);
  const std::vector<GroupPartition> asked{{"t", 0}, {"t", 1}};
  const auto some = coordinator.committed("g", asked);
  EXPECT_EQ(some[0].offset, -1);
  EXPECT_EQ(some[1].offset, 10);
  EXPECT_TRUE(coordinator.committed("unknown").empty());
  EXPECT_EQ(coordinator.committed("unknown", asked).at(1).offset, -1);
}

TEST_F(GroupCoordinatorTest, OffsetsOfTopicsThatMembersReadAreNotDeleted) {
  const auto a = stable_consumer({"t", "u"});
  commit(1, a.member_id, "t", 5);
  commit(1, a.member_id, "old", 6);
  const std::vector<GroupPartition> partitions{{"t", 0}, {"old", 0}, {"never", 0}};
  const auto result = coordinator.delete_offsets("g", partitions);
  EXPECT_EQ(result.error, ErrorCode::none);
  EXPECT_EQ(result.partitions,
            (Codes{ErrorCode::group_subscribed_to_topic, ErrorCode::none, ErrorCode::none}));
  EXPECT_EQ(committed("t"), 5);
  EXPECT_EQ(committed("old"), -1);
  leave(a.member_id);
  EXPECT_EQ(coordinator.delete_offsets("g", partitions).partitions.at(0), ErrorCode::none);
  EXPECT_EQ(committed("t"), -1);
}

TEST_F(GroupCoordinatorTest, OfConsumersThatCannotBeUnderstoodNoOffsetsAreDeleted) {
  auto request = joining();
  request.protocols[0].metadata = "?";
  join(request);
  pass(0ms);
  const std::vector<GroupPartition> partitions{{"t", 0}};
  EXPECT_EQ(coordinator.delete_offsets("g", partitions).partitions,
            Codes{ErrorCode::group_subscribed_to_topic});
}

TEST_F(GroupCoordinatorTest, OffsetsOfGroupsThatAreNotConsumersAreDeletedOnlyWithoutMembers) {
  auto request = joining();
  request.protocol_type = "connect";
  const auto worker = join(request);
  pass(0ms);
  const std::vector<GroupPartition> partitions{{"t", 0}};
  EXPECT_EQ(coordinator.delete_offsets("g", partitions).error, ErrorCode::non_empty_group);
  leave(worker->member_id);
  EXPECT_EQ(coordinator.delete_offsets("g", partitions).error, ErrorCode::none);
  EXPECT_EQ(coordinator.delete_offsets("unknown", partitions).error, ErrorCode::group_id_not_found);
}

TEST_F(GroupCoordinatorTest, OffsetsOfATopicThatIsNoMoreAreForgotten) {
  commit(-1, "", "t", 5);
  commit(-1, "", "u", 6);
  coordinator.forget_topic("t");
  EXPECT_EQ(committed("t"), -1);
  EXPECT_EQ(committed("u"), 6);
}

// ---- how long offsets are kept; looked at every 10 min

TEST_F(GroupCoordinatorTest, OffsetsOutsideOfAGroupExpireSevenDaysAfterTheirCommit) {
  commit(-1, "", "t", 5);
  pass(48h);
  commit(-1, "", "u", 6);
  pass(5 * 24h - 1ms);
  EXPECT_EQ(committed("t"), 5);
  pass(10min);
  EXPECT_EQ(committed("t"), -1);
  EXPECT_EQ(committed("u"), 6);
  pass(48h + 10min);
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(agenda.next(), std::nullopt);
}

TEST_F(GroupCoordinatorTest, OffsetsOfAGroupExpireSevenDaysAfterItsLastMemberHasGone) {
  const auto a = stable_consumer({"t"});
  commit(1, a.member_id, "t", 5);
  stay(a, 24h);
  leave(a.member_id);
  pass(7 * 24h - 1ms);
  EXPECT_EQ(committed("t"), 5);
  pass(10min + 1ms);
  EXPECT_EQ(committed("t"), -1);
  EXPECT_EQ(state(), "Dead");
}

TEST(GroupRetention, OfAGroupAtWorkOnlyTopicsThatNoMemberReadsExpire) {
  GroupSettings settings;
  settings.offsets_retention = 1min;
  settings.retention_check_interval = 10s;
  GroupScene scene(settings);
  const auto a = scene.stable(1)[0];
  scene.commit(1, a.member_id, "t", 5);
  scene.commit(1, a.member_id, "old", 6);
  for (int i = 0; i < 14; ++i) {
    scene.pass(5s);
    ASSERT_EQ(scene.heartbeat(a), ErrorCode::none);
  }
  EXPECT_EQ(scene.committed("t"), 5);
  EXPECT_EQ(scene.committed("old"), -1);
}

TEST_F(GroupCoordinatorTest, ACommitMayNameItsOwnRetention) {
  CommitRequest request{"g", -1, "", {}, 30min, {{"short", 0, 1, -1, {}}}};
  coordinator.commit(request);
  request.retention = Millis::max();
  request.offsets[0].topic = "long";
  coordinator.commit(request);
  pass(40min);
  EXPECT_EQ(committed("short"), -1);
  pass(8 * 24h);
  EXPECT_EQ(committed("long"), 1);
}

TEST_F(GroupCoordinatorTest, AGroupWithoutMembersAndOffsetsIsForgotten) {
  leave(stable(1)[0].member_id);
  EXPECT_EQ(state(), "Empty");
  pass(10min);
  EXPECT_EQ(state(), "Dead");
}

// ---- what others see

TEST_F(GroupCoordinatorTest, GroupsAreListedByStateAndType) {
  stable(1);
  auto request = joining();
  request.group = "h";
  join(request);
  coordinator.commit({"offsets-only", -1, "", {}, {}, {{"t", 0, 1, -1, {}}}});
  EXPECT_EQ(listed({}), (std::vector<std::string>{"g", "h", "offsets-only"}));
  EXPECT_EQ(listed({"stable", " PREPARINGREBALANCE "}), (std::vector<std::string>{"g", "h"}));
  EXPECT_EQ(listed({"Empty"}, {"Classic"}), std::vector<std::string>{"offsets-only"});
  EXPECT_TRUE(listed({}, {"consumer"}).empty());
  const auto all = coordinator.list();
  EXPECT_EQ(all[0].state, "Stable");
  EXPECT_EQ(all[0].protocol_type, "consumer");
  EXPECT_EQ(all[0].type, "classic");
  EXPECT_EQ(all[2].protocol_type, "");
}

TEST_F(GroupCoordinatorTest, AGroupIsDescribedWithItsMembers) {
  auto request = joining();
  request.instance_id = "i";
  const auto a = join(request);
  pass(0ms);
  auto group = coordinator.describe("g");
  EXPECT_EQ(group.state, "CompletingRebalance");
  EXPECT_EQ(group.protocol_name, "");
  EXPECT_EQ(group.members.at(0).metadata, "");

  sync(*a, {{a->member_id, "all"}}, "i");
  group = coordinator.describe("g");
  EXPECT_TRUE(group.exists);
  EXPECT_EQ(group.state, "Stable");
  EXPECT_EQ(group.protocol_type, "consumer");
  EXPECT_EQ(group.protocol_name, "range");
  ASSERT_EQ(group.members.size(), 1U);
  EXPECT_EQ(group.members[0].member_id, a->member_id);
  EXPECT_EQ(group.members[0].instance_id, "i");
  EXPECT_EQ(group.members[0].client_id, "client");
  EXPECT_EQ(group.members[0].client_host, "/127.0.0.1");
  EXPECT_EQ(group.members[0].metadata, subscription({"t"}));
  EXPECT_EQ(group.members[0].assignment, "all");
}

TEST_F(GroupCoordinatorTest, AGroupThatIsNotIsDead) {
  const auto group = coordinator.describe("g");
  EXPECT_FALSE(group.exists);
  EXPECT_EQ(group.state, "Dead");
}

TEST_F(GroupCoordinatorTest, OnlyGroupsWithoutMembersAreDeleted) {
  const auto a = stable(1)[0];
  commit(1, a.member_id, "t", 5);
  EXPECT_EQ(coordinator.delete_group("g"), ErrorCode::non_empty_group);
  leave(a.member_id);
  EXPECT_EQ(coordinator.delete_group("g"), ErrorCode::none);
  EXPECT_EQ(committed("t"), -1);
  EXPECT_EQ(coordinator.delete_group("g"), ErrorCode::group_id_not_found);
}

// ---- the subscription of a consumer

TEST(ConsumerProtocol, TopicsAreReadFromEveryVersionOfTheSubscription) {
  EXPECT_EQ(subscribed_topics(subscription({"a", "bc"})), (std::set<std::string>{"a", "bc"}));
  // Version 3 with what came later: owned partitions, a generation, a rack.
  auto later = subscription({"a"});
  later[1] = 3;
  later += std::string("\0\0\0\0\0\0\0\7\xff\xff", 10);
  EXPECT_EQ(subscribed_topics(later), std::set<std::string>{"a"});
  EXPECT_EQ(subscribed_topics(subscription({})), std::set<std::string>{});
}

TEST(ConsumerProtocol, WhatIsNoSubscriptionHasNoTopics) {
  EXPECT_EQ(subscribed_topics(""), std::nullopt);
  const auto whole = subscription({"topic"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(subscribed_topics(whole.substr(0, size)), std::nullopt) << size;
  }
  auto negative = whole;
  negative[0] = '\xff';
  EXPECT_EQ(subscribed_topics(negative), std::nullopt);
}

}  // namespace
}  // namespace partwise::broker
