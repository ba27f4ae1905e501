#include "broker/group.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "broker/group_scene_fake.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;
using namespace std::chrono_literals;

class GroupTest : public ::testing::Test, public GroupScene {
 protected:
  void keep_alive(const JoinResult& member, Millis time) {
    for (Millis passed{0}; passed < time; passed += 5s) {
      heartbeat(member);
      pass(5s);
    }
  }
};

// ---- joining

TEST_F(GroupTest, AMemberWithoutAnIdIsGivenOneAndJoinsWithIt) {
  auto request = joining();
  request.member_id_required = true;
  const auto refused = join(request);
  EXPECT_EQ(refused->error, ErrorCode::member_id_required);
  EXPECT_EQ(refused->member_id.substr(0, 7), "client-");
  EXPECT_EQ(refused->member_id.size(), 7 + 36U);
  EXPECT_EQ(refused->generation, -1);
  EXPECT_EQ(state(), "Empty");

  request.member_id = refused->member_id;
  const auto joined = join(request);
  EXPECT_TRUE(joined.waits());
  pass(0ms);
  EXPECT_EQ(joined->error, ErrorCode::none);
  EXPECT_EQ(joined->member_id, refused->member_id);
}

TEST_F(GroupTest, AnIdThatIsNotUsedWithinItsSessionIsForgotten) {
  auto request = joining();
  request.member_id_required = true;
  request.member_id = join(request)->member_id;
  pass(10s);
  EXPECT_EQ(join(request)->error, ErrorCode::unknown_member_id);
}

TEST_F(GroupTest, AnIdThatIsNotUsedHoldsUpARebalanceUntilItIsForgotten) {
  const auto a = stable(1)[0];
  auto request = joining();
  request.member_id_required = true;
  join(request);
  const auto again = join(a.member_id);
  EXPECT_TRUE(again.waits());
  pass(9999ms);
  EXPECT_TRUE(again.waits());
  pass(1ms);
  EXPECT_EQ(again->generation, 2);
}

TEST_F(GroupTest, TheFirstMemberLeadsAndLearnsOfAllMembers) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  EXPECT_EQ(a->generation, 1);
  EXPECT_EQ(a->leader, a->member_id);
  EXPECT_EQ(a->protocol_type, "consumer");
  EXPECT_EQ(a->protocol_name, "range");
  ASSERT_EQ(a->members.size(), 2U);
  EXPECT_EQ(a->members[0].metadata, subscription({"t"}));
  EXPECT_EQ(b->leader, a->member_id);
  EXPECT_EQ(b->members.size(), 0U);
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(GroupTest, ASecondMemberMakesTheFirstJoinAgain) {
  const auto a = stable(1)[0];
  const auto b = join();
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(a), ErrorCode::rebalance_in_progress);
  EXPECT_TRUE(b.waits());

  const auto again = join(a.member_id);
  EXPECT_EQ(again->generation, 2);
  EXPECT_EQ(b->generation, 2);
  EXPECT_EQ(b->leader, a.member_id);
  EXPECT_EQ(again->members.size(), 2U);

  const auto b_sync = sync(*b);
  EXPECT_TRUE(b_sync.waits());
  const auto a_sync = sync(*again, {{a.member_id, "for a"}, {b->member_id, "for b"}});
  EXPECT_EQ(a_sync->assignment, "for a");
  EXPECT_EQ(b_sync->assignment, "for b");
  EXPECT_EQ(b_sync->protocol_name, "range");
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(*b), ErrorCode::none);
}

TEST_F(GroupTest, AMemberThatMissesARebalanceIsRemovedAtTheLargestRebalanceTimeout) {
  const auto members = stable(2);
  auto request = joining();
  request.rebalance_timeout = 90s;
  const auto c = join(request);
  // Heartbeats alone keep the session, not the membership.
  const auto a = join(members[0].member_id);
  keep_alive(members[1], 90s - 1ms);
  pass(0ms);
  ASSERT_FALSE(a.waits());  // 90 s have passed in steps of 5 s
  EXPECT_EQ(a->generation, 2);
  EXPECT_EQ(a->members.size(), 2U);
  EXPECT_EQ(heartbeat(members[1]), ErrorCode::unknown_member_id);
  EXPECT_EQ(join(members[1].member_id)->error, ErrorCode::unknown_member_id);
}

TEST_F(GroupTest, ARebalanceLastsUntilTheLargestRebalanceTimeoutAndNoLonger) {
  const auto members = stable(2);
  auto request = joining();
  request.rebalance_timeout = 7s;
  request.member_id = members[0].member_id;
  const auto a = join(request);  // the other one has 60 s
  for (int i = 0; i < 11; ++i) {
    pass(5s);
    heartbeat(members[1]);
  }
  pass(5s - 1ms);
  EXPECT_TRUE(a.waits());
  pass(1ms);
  EXPECT_EQ(a->members.size(), 1U);
}

TEST_F(GroupTest, ALeaderThatMissesARebalanceIsFollowedByOneThatJoined) {
  const auto members = stable(2);
  const auto b = join([&] {
    auto request = joining(members[1].member_id);
    request.protocols[0].metadata = subscription({"u"});
    return request;
  }());
  pass(10s);  // the leader's session
  EXPECT_EQ(b->leader, members[1].member_id);
  EXPECT_EQ(b->members.size(), 1U);
}

TEST_F(GroupTest, WhoWaitsInJoinNeedsNoHeartbeats) {
  const auto members = stable(2);
  const auto a = join(members[0].member_id);
  keep_alive(members[1], 55s);
  ASSERT_TRUE(a.waits());
  const auto b = join(members[1].member_id);
  EXPECT_EQ(a->members.size(), 2U);
  EXPECT_EQ(b->generation, 2);
}

TEST_F(GroupTest, AFollowerThatSaysTheSameIsToldTheGenerationAtOnce) {
  const auto members = stable(2);
  const auto again = join(members[1].member_id);
  EXPECT_EQ(again->generation, 1);
  EXPECT_EQ(again->leader, members[0].member_id);
  EXPECT_TRUE(again->members.empty());
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(sync(*again)->assignment, "a1");
}

TEST_F(GroupTest, AFollowerThatSaysSomethingNewStartsARebalance) {
  const auto members = stable(2);
  auto request = joining(members[1].member_id);
  request.protocols[0].metadata = subscription({"t", "u"});
  EXPECT_TRUE(join(request).waits());
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(GroupTest, ALeaderThatJoinsAgainStartsARebalance) {
  const auto members = stable(2);
  EXPECT_TRUE(join(members[0].member_id).waits());
  EXPECT_EQ(heartbeat(members[1]), ErrorCode::rebalance_in_progress);
}

TEST_F(GroupTest, WhoLostTheAnswerToItsJoinIsToldAgain) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  EXPECT_EQ(join(a->member_id)->members.size(), 2U);
  EXPECT_EQ(join(b->member_id)->members.size(), 0U);
  EXPECT_EQ(join(b->member_id)->generation, 1);
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(GroupTest, WhoJoinsAnewBeforeTheAssignmentMakesAllJoinAgain) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  const auto b_sync = sync(*b);
  const auto c = join();
  EXPECT_EQ(b_sync->error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(sync(*a)->error, ErrorCode::rebalance_in_progress);
  join(a->member_id);
  join(b->member_id);
  EXPECT_EQ(c->generation, 2);
}

TEST_F(GroupTest, AJoinFromANewConnectionTakesThePlaceOfTheOneThatWaits) {
  const auto members = stable(2);
  const auto lost = join(members[0].member_id);
  const auto again = join(members[0].member_id);
  EXPECT_EQ(lost->error, ErrorCode::rebalance_in_progress);
  join(members[1].member_id);
  EXPECT_EQ(again->generation, 2);
  EXPECT_EQ(lost.answers(), 1U);
}

TEST_F(GroupTest, ANewMemberWhoseConnectionIsGoneIsRemovedAfterFiveMinutes) {
  const auto a = stable(1)[0];
  auto request = joining();
  request.rebalance_timeout = 30min;
  const auto ghost = join(request);
  keep_alive(a, 5min - 5s);
  EXPECT_TRUE(ghost.waits());
  keep_alive(a, 5s);
  EXPECT_EQ(ghost->error, ErrorCode::unknown_member_id);
  EXPECT_EQ(join(a.member_id)->members.size(), 1U);
}

// ---- the first generation

class DelayedGroupTest : public ::testing::Test, public GroupScene {
 protected:
  DelayedGroupTest()
      : GroupScene([] {
          GroupSettings settings;
          settings.initial_rebalance_delay = 3s;
          return settings;
        }()) {}
};

TEST_F(DelayedGroupTest, ANewGroupWaitsForMoreMembersAsLongAsTheyCome) {
  const auto a = join();
  pass(2s);
  const auto b = join();
  pass(1s);
  EXPECT_TRUE(a.waits());  // b came within the first 3 s, so there are 3 more
  pass(3s - 1ms);
  EXPECT_TRUE(b.waits());
  pass(1ms);
  EXPECT_EQ(a->members.size(), 2U);
  EXPECT_EQ(b->generation, 1);
}

TEST_F(DelayedGroupTest, ANewGroupWaitsNoLongerThanTheRebalanceTimeout) {
  auto request = joining();
  request.rebalance_timeout = 7s;
  const auto a = join(request);
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(a.waits()) << i;
    pass(1s);
    join(request);
  }
  EXPECT_EQ(a->generation, 1);
}

TEST_F(DelayedGroupTest, ALonelyMemberThatLeavesAtOnceLeavesTheGroupEmpty) {
  auto request = joining();
  request.member_id_required = true;
  request.member_id = join(request)->member_id;
  const auto a = join(request);
  EXPECT_EQ(leave(request.member_id).members, std::vector{ErrorCode::none});
  EXPECT_EQ(a->error, ErrorCode::unknown_member_id);
  pass(3s);
  EXPECT_EQ(state(), "Empty");
}

// ---- protocols

TEST_F(GroupTest, TheProtocolThatAllKnowAndMostPreferIsChosen) {
  auto request = joining();
  request.protocols = {{"x", "1"}, {"y", "2"}, {"z", "3"}};
  const auto a = join(request);
  request.protocols = {{"only", "4"}, {"z", "5"}, {"y", "6"}};
  const auto b = join(request);
  request.protocols = {{"z", "7"}, {"y", "8"}};
  join(request);
  pass(0ms);
  EXPECT_EQ(a->protocol_name, "z");  // y and z are known to all: one vote for y, two for z
  ASSERT_EQ(a->members.size(), 3U);
  std::set<std::string> metadata;
  for (const auto& member : a->members) metadata.insert(member.metadata);
  EXPECT_EQ(metadata, (std::set<std::string>{"3", "5", "7"}));
}

TEST_F(GroupTest, AMemberThatSharesNoProtocolIsRefused) {
  stable(1);
  auto request = joining();
  request.protocols = {{"roundrobin", ""}};
  EXPECT_EQ(join(request)->error, ErrorCode::inconsistent_group_protocol);
  request = joining();
  request.protocol_type = "connect";
  EXPECT_EQ(join(request)->error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(GroupTest, AMemberMustNameAProtocol) {
  auto request = joining();
  request.protocols.clear();
  EXPECT_EQ(join(request)->error, ErrorCode::inconsistent_group_protocol);
  request = joining();
  request.protocol_type.clear();
  EXPECT_EQ(join(request)->error, ErrorCode::inconsistent_group_protocol);
}

TEST_F(GroupTest, AnEmptyGroupMayBecomeOneOfAnotherType) {
  leave(stable(1)[0].member_id);
  auto request = joining();
  request.protocol_type = "connect";
  request.protocols = {{"eager", ""}};
  const auto worker = join(request);
  pass(0ms);
  EXPECT_EQ(worker->protocol_type, "connect");
  EXPECT_EQ(worker->generation, 3);  // the second was the empty one
}

// ---- sync

TEST_F(GroupTest, SyncOfAnotherGenerationOrMemberOrProtocolIsRefused) {
  const auto a = join();
  pass(0ms);
  auto wrong = *a;
  wrong.generation = 2;
  EXPECT_EQ(sync(wrong)->error, ErrorCode::illegal_generation);
  wrong = *a;
  wrong.member_id = "nobody";
  EXPECT_EQ(sync(wrong)->error, ErrorCode::unknown_member_id);

  SyncRequest request{"g", 1, a->member_id, {}, "consumer", "roundrobin", {}};
  Awaited<SyncResult> awaited;
  coordinator.sync(request, awaited.take());
  EXPECT_EQ(awaited->error, ErrorCode::inconsistent_group_protocol);
  request.protocol_type = "connect";
  request.protocol_name = "range";
  Awaited<SyncResult> other;
  coordinator.sync(request, other.take());
  EXPECT_EQ(other->error, ErrorCode::inconsistent_group_protocol);
}

TEST_F(GroupTest, WhoIsNotNamedInTheAssignmentIsAssignedNothing) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  const auto b_sync = sync(*b);
  sync(*a, {{a->member_id, "all"}, {"stranger", "x"}});
  EXPECT_EQ(b_sync->error, ErrorCode::none);
  EXPECT_EQ(b_sync->assignment, "");
}

TEST_F(GroupTest, AFollowerThatNeverSyncsIsRemovedAfterTheRebalanceTimeout) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  sync(*a, {{a->member_id, "x"}});
  EXPECT_EQ(state(), "Stable");
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(heartbeat(*b), ErrorCode::none);
    heartbeat(*a);
    pass(5s);
  }
  EXPECT_EQ(heartbeat(*b), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(*a), ErrorCode::rebalance_in_progress);
}

TEST_F(GroupTest, WhoDidNotSyncBeforeTheNextRebalanceIsNotRemovedForIt) {
  const auto a = join();
  pass(0ms);
  keep_alive(*a, 5s);
  auto request = joining();
  request.rebalance_timeout = 90s;
  join(request);
  keep_alive(*a, 60s);  // beyond the time for sync in the first generation
  EXPECT_EQ(heartbeat(*a), ErrorCode::rebalance_in_progress);
  EXPECT_EQ(join(a->member_id)->members.size(), 2U);
}

TEST_F(GroupTest, ALeaderThatNeverSyncsIsFollowedByAnotherOne) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  const auto b_sync = sync(*b);
  pass(10s);  // the leader's session
  EXPECT_EQ(b_sync->error, ErrorCode::rebalance_in_progress);
  const auto again = join(b->member_id);
  EXPECT_EQ(again->leader, b->member_id);
  EXPECT_EQ(again->generation, 2);
}

TEST_F(GroupTest, WhoWaitsInSyncNeedsNoHeartbeats) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  const auto b_sync = sync(*b);
  keep_alive(*a, 50s);
  EXPECT_TRUE(b_sync.waits());
  sync(*a, {{b->member_id, "x"}});
  EXPECT_EQ(b_sync->assignment, "x");
  pass(10s - 1ms);
  EXPECT_EQ(heartbeat(*b), ErrorCode::none);
}

// ---- staying and leaving

TEST_F(GroupTest, AMemberWithoutHeartbeatsIsRemovedWhenItsSessionEnds) {
  const auto members = stable(2);
  pass(5s);
  EXPECT_EQ(heartbeat(members[0]), ErrorCode::none);
  pass(5s - 1ms);
  EXPECT_EQ(state(), "Stable");
  pass(1ms);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(members[1]), ErrorCode::unknown_member_id);
  EXPECT_EQ(join(members[0].member_id)->members.size(), 1U);
}

TEST_F(GroupTest, HeartbeatsOfAnotherGenerationAreRefused) {
  auto a = stable(1)[0];
  a.generation = 0;
  EXPECT_EQ(heartbeat(a), ErrorCode::illegal_generation);
  a.member_id = "nobody";
  EXPECT_EQ(heartbeat(a), ErrorCode::unknown_member_id);
}

TEST_F(GroupTest, WhenTheLeaderLeavesAnotherOneLeads) {
  const auto members = stable(2);
  EXPECT_EQ(leave(members[0].member_id).members, std::vector{ErrorCode::none});
  EXPECT_EQ(heartbeat(members[1]), ErrorCode::rebalance_in_progress);
  const auto again = join(members[1].member_id);
  EXPECT_EQ(again->leader, members[1].member_id);
  EXPECT_EQ(again->generation, 2);
  EXPECT_EQ(heartbeat(members[0]), ErrorCode::unknown_member_id);
}

TEST_F(GroupTest, WhenTheLastMemberLeavesTheGroupIsEmpty) {
  leave(stable(1)[0].member_id);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(coordinator.describe("g").protocol_type, "consumer");
  const auto next = join();
  pass(0ms);
  EXPECT_EQ(next->generation, 3);
}

TEST_F(GroupTest, SeveralMembersMayLeaveAtOnceEachWithItsOwnCode) {
  auto request = joining();
  request.instance_id = "i";
  const auto fixed = join(request);
  const auto a = join();
  pass(0ms);
  request = joining();
  request.member_id_required = true;
  const auto pending = join(request)->member_id;
  const auto result = coordinator.leave({"g",
                                         {{a->member_id, {}},
                                          {"nobody", {}},
                                          {"", "i"},
                                          {"", "unknown instance"},
                                          {"", {}},
                                          {pending, {}}}});
  EXPECT_EQ(result.error, ErrorCode::none);
  EXPECT_EQ(result.members, (std::vector{ErrorCode::none, ErrorCode::unknown_member_id,
                                         ErrorCode::none, ErrorCode::unknown_member_id,
                                         ErrorCode::unknown_member_id, ErrorCode::none}));
  EXPECT_EQ(state(), "Empty");
}

// As Kafka 4.3.1 does.
TEST_F(GroupTest, WhenOneLeavesThatHadOnlyAnIdTheOthersJoinAgain) {
  auto request = joining();
  request.member_id_required = true;
  const auto pending = join(request)->member_id;
  EXPECT_EQ(leave(pending).members, std::vector{ErrorCode::none});
  EXPECT_EQ(state(), "Empty");
  const auto a = stable(1)[0];
  leave(join(request)->member_id);
  EXPECT_EQ(heartbeat(a), ErrorCode::rebalance_in_progress);
}

TEST_F(GroupTest, WhoLeavesWhileItWaitsInSyncIsAnswered) {
  const auto a = join();
  const auto b = join();
  pass(0ms);
  const auto waiting = sync(*b);
  leave(b->member_id);
  EXPECT_EQ(waiting->error, ErrorCode::unknown_member_id);
}

// ---- static members

class StaticGroupTest : public GroupTest {
 protected:
  JoinRequest static_joining(const std::string& instance, const std::string& member_id = {}) {
    auto request = joining(member_id);
    request.instance_id = instance;
    request.member_id_required = true;  // not of static members
    return request;
  }
  /// A stable group of the static members "x", who leads, and "y".
  void start() {
    const auto first = join(static_joining("x"));
    const auto second = join(static_joining("y"));
    pass(0ms);
    x = *first;
    y = *second;
    sync(y, {}, "y");
    sync(x, {{x.member_id, "for x"}, {y.member_id, "for y"}}, "x");
    ASSERT_EQ(state(), "Stable");
  }
  JoinResult x;
  JoinResult y;
};

TEST_F(StaticGroupTest, AStaticMemberThatStartsAnewTakesItsOldPlaceWithoutARebalance) {
  start();
  const auto again = join(static_joining("y"));
  EXPECT_EQ(again->error, ErrorCode::none);
  EXPECT_EQ(again->generation, 1);
  EXPECT_NE(again->member_id, y.member_id);
  EXPECT_EQ(again->member_id.substr(0, 2), "y-");
  EXPECT_EQ(again->leader, x.member_id);
  EXPECT_EQ(sync(*again, {}, "y")->assignment, "for y");
  EXPECT_EQ(heartbeat(x, "x"), ErrorCode::none);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(StaticGroupTest, TheFormerSelfOfAStaticMemberIsFenced) {
  start();
  join(static_joining("y"));
  EXPECT_EQ(heartbeat(y, "y"), ErrorCode::fenced_instance_id);
  EXPECT_EQ(sync(y, {}, "y")->error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(join(static_joining("y", y.member_id))->error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(coordinator.commit({"g", 1, y.member_id, "y", {}, {{"t", 0, 1, -1, {}}}}),
            std::vector{ErrorCode::fenced_instance_id});
  EXPECT_EQ(coordinator.leave({"g", {{y.member_id, "y"}}}).members,
            std::vector{ErrorCode::fenced_instance_id});
  EXPECT_EQ(heartbeat(y), ErrorCode::unknown_member_id);
}

TEST_F(StaticGroupTest, ALeaderThatStartsAnewKeepsTheAssignment) {
  start();
  // An older client must not see that it leads, or it would assign anew.
  const auto older = join(static_joining("x"));
  EXPECT_EQ(older->leader, x.member_id);
  EXPECT_FALSE(older->skip_assignment);
  EXPECT_TRUE(older->members.empty());
  auto request = static_joining("x");
  request.may_skip_assignment = true;
  const auto newer = join(request);
  EXPECT_EQ(newer->leader, newer->member_id);
  EXPECT_TRUE(newer->skip_assignment);
  EXPECT_EQ(newer->members.size(), 2U);
  EXPECT_EQ(sync(*newer, {}, "x")->assignment, "for x");
}

TEST_F(StaticGroupTest, AStaticMemberMayBeAwayForAsLongAsItsSession) {
  start();
  pass(9s);
  heartbeat(x, "x");
  pass(999ms);
  EXPECT_EQ(state(), "Stable");
  pass(1ms);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(y, "y"), ErrorCode::unknown_member_id);
}

TEST_F(StaticGroupTest, TheSessionOfAStaticMemberBeginsAnewWithIt) {
  start();
  pass(9s);
  heartbeat(x, "x");
  const auto again = join(static_joining("y"));
  pass(9s);
  EXPECT_EQ(heartbeat(*again, "y"), ErrorCode::none);
}

TEST_F(StaticGroupTest, AStaticMemberThatKnowsOnlyAnotherProtocolStartsARebalance) {
  auto request = static_joining("x");
  request.protocols = {{"p", "1"}, {"q", "2"}};
  const auto a = join(request);
  pass(0ms);
  sync(*a, {{a->member_id, "all"}}, "x");
  request.protocols = {{"q", "2"}};
  const auto again = join(request);
  EXPECT_EQ(again->generation, 2);  // it is alone, so it need not wait
  EXPECT_EQ(again->protocol_name, "q");
}

TEST_F(StaticGroupTest, AStaticMemberThatMissesARebalanceRemainsAMember) {
  start();
  const auto z = join(static_joining("z"));
  const auto again = join(static_joining("x", x.member_id));
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(again.waits());
    heartbeat(y, "y");
    pass(5s);
  }
  EXPECT_EQ(again->generation, 2);
  EXPECT_EQ(again->members.size(), 3U);
  EXPECT_EQ(again->members[0].instance_id.has_value(), true);
  EXPECT_EQ(heartbeat(y, "y"), ErrorCode::illegal_generation);
  EXPECT_EQ(z->generation, 2);
}

TEST_F(StaticGroupTest, ARestartWhileTheAssignmentIsMadeStartsARebalance) {
  const auto a = join(static_joining("x"));
  const auto b = join(static_joining("y"));
  pass(0ms);
  const auto lost = sync(*b, {}, "y");
  const auto again = join(static_joining("y"));
  EXPECT_EQ(lost->error, ErrorCode::fenced_instance_id);
  EXPECT_TRUE(again.waits());
  EXPECT_EQ(sync(*a, {}, "x")->error, ErrorCode::rebalance_in_progress);
  join(static_joining("x", a->member_id));
  EXPECT_EQ(again->generation, 2);
}

TEST_F(StaticGroupTest, ARestartWhileItWaitsInJoinFencesTheOneThatWaits) {
  start();
  const auto lost = join(static_joining("x", x.member_id));
  ASSERT_TRUE(lost.waits());
  const auto again = join(static_joining("x"));
  EXPECT_EQ(lost->error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(lost->member_id, x.member_id);
  join(static_joining("y", y.member_id));
  EXPECT_EQ(again->generation, 2);
  EXPECT_EQ(again->leader, again->member_id);
}

TEST_F(StaticGroupTest, AnUnknownInstanceIsAnUnknownMember) {
  start();
  EXPECT_EQ(heartbeat(x, "other"), ErrorCode::unknown_member_id);
  EXPECT_EQ(join(static_joining("other", x.member_id))->error, ErrorCode::unknown_member_id);
}

// ---- all together

TEST_F(GroupTest, AnAnswerMayAskForTheNextThingAtOnce) {
  std::optional<SyncResult> assigned;
  coordinator.join(joining(), [&](const JoinResult& joined) {
    coordinator.sync(
        {"g", joined.generation, joined.member_id, {}, {}, {}, {{joined.member_id, "x"}}},
        [&](const SyncResult& result) { assigned = result; });
  });
  // Its answer comes from the agenda, and what it asks ends in deleting the group.
  pass(0ms);
  ASSERT_TRUE(assigned.has_value());
  EXPECT_EQ(assigned->assignment, "x");
  std::optional<ErrorCode> deleted;
  coordinator.join(joining(coordinator.describe("g").members[0].member_id),
                   [&](const JoinResult& joined) {
                     leave(joined.member_id);
                     deleted = coordinator.delete_group("g");
                   });
  EXPECT_EQ(deleted, ErrorCode::none);
  EXPECT_EQ(state(), "Dead");
}

/// Clients that do anything at any time, some of them with what they were told before.
class Crowd : public GroupScene {
 public:
  explicit Crowd(std::uint64_t seed) : GroupScene(small()), random(seed) {}

  static GroupSettings small() {
    GroupSettings settings;
    settings.max_group_size = 6;
    settings.max_bytes = 12'000;
    settings.initial_rebalance_delay = 1s;
    return settings;
  }

  bool chance(int percent) { return random.below(100) < percent; }
  JoinResult someone() {
    if (told.empty()) return {};
    return told[static_cast<std::size_t>(random.below(std::ssize(told)))];
  }
  std::optional<std::string> some_instance() {
    if (chance(70)) return std::nullopt;
    return chance(50) ? "x" : "y";
  }

  void act() {
    switch (random.below(6)) {
      case 0:
        return join_somehow();
      case 1:
        sync_somehow(someone());
        return;
      case 2:
        heartbeat(someone(), some_instance());
        return;
      case 3:
        if (chance(15)) coordinator.leave({"g", {{someone().member_id, some_instance()}}});
        return;
      case 4:
        commit(someone().generation, someone().member_id, "t", 1);
        return;
      default:
        pass(Millis{random.below(4000)});  // sessions last 10 s
    }
  }

  void sync_somehow(const JoinResult& who) {
    syncs.push_back(sync(who, {{who.member_id, "z"}}, some_instance()));
  }

  void join_somehow() {
    auto request = joining(chance(60) ? someone().member_id : std::string{});
    request.instance_id = some_instance();
    request.member_id_required = chance(50);
    request.may_skip_assignment = chance(50);
    if (chance(20)) request.protocols.insert(request.protocols.begin(), {"sticky", "s"});
    if (chance(10)) request.protocols[0].metadata = std::string(3'000, 'm');
    request.rebalance_timeout = Millis{random.below(30'000)};
    joins.push_back(join(request));
    pass(Millis{random.below(1000)});
    for (const auto& each : joins) {
      if (!each.waits() && !each->member_id.empty()) told.push_back(*each);
    }
    if (told.size() > 12) told.erase(told.begin(), told.end() - 12);
  }

  Random random;
  std::vector<Awaited<JoinResult>> joins;
  std::vector<Awaited<SyncResult>> syncs;
  std::vector<JoinResult> told;
};

TEST(GroupCrowd, EveryRequestIsAnsweredOnceAndTheGroupEndsEmpty) {
  std::size_t generations = 0;
  std::size_t assigned = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Crowd crowd(seed);
    for (int i = 0; i < 200; ++i) crowd.act();
    crowd.pass(1h);
    for (const auto& each : crowd.joins) {
      ASSERT_EQ(each.answers(), 1U);
      generations += each->error == ErrorCode::none ? 1 : 0;
      refused += each->error == ErrorCode::policy_violation ? 1 : 0;
    }
    for (const auto& each : crowd.syncs) {
      ASSERT_EQ(each.answers(), 1U);
      assigned += each->assignment == "z" ? 1 : 0;
    }
    const auto group = crowd.coordinator.describe("g");
    EXPECT_TRUE(group.members.empty());
    EXPECT_TRUE(group.state == "Empty" || group.state == "Dead") << group.state;
  }
  // The crowd has come everywhere.
  EXPECT_GT(generations, 1000U);
  EXPECT_GT(assigned, 100U);
  EXPECT_GT(refused, 10U);
}

}  // namespace
}  // namespace partwise::broker
