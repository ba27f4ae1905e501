#include "app/lookup_service.h"

#include <gtest/gtest.h>

#include "base/clock_fake.h"
#include "sample/cluster_port_fake.h"

namespace partwise::app {
namespace {

using sample::OffsetQuery;

constexpr Millis timeout{10'000};

struct World {
  FakeClock clock;
  sample::FakeCluster cluster{clock};
  LookupService lookups{cluster, clock, timeout, {}};

  // Runs until every query has its final answer; by topic and partition.
  std::map<sample::TopicPartition, sample::OffsetAnswer> run() {
    std::map<sample::TopicPartition, sample::OffsetAnswer> answers;
    const auto keep = [&](const auto& list) {
      for (const auto& answer : list) answers[answer.query.at] = answer;
    };
    while (!lookups.idle()) {
      lookups.send();
      for (const auto& event : cluster.wait(lookups.patience())) {
        keep(lookups.take(std::get<sample::OffsetsArrived>(event)));
      }
      keep(lookups.take_failed());
    }
    keep(lookups.take_failed());
    return answers;
  }
};

TEST(LookupService, FollowsALeaderThatMoved) {
  World world;
  world.cluster.leaders_now = {{2}};  // the survey still says 1
  world.lookups.set_leaders(0, {1});
  world.lookups.ask({{0, 0}, 5});
  const auto answers = world.run();
  EXPECT_FALSE(answers.at({0, 0}).error);
  EXPECT_EQ(world.cluster.requests_to(1), 1);
  EXPECT_EQ(world.cluster.requests_to(2), 1);
}

TEST(LookupService, SaysThatAPartitionHasNoLeaderAfterAWhile) {
  World world;
  world.cluster.leaders_now = {{1, -1}};
  world.lookups.set_leaders(0, {1, -1});
  world.lookups.ask({{0, 0}, 5});
  world.lookups.ask({{0, 1}, 5});
  const auto answers = world.run();
  EXPECT_FALSE(answers.at({0, 0}).error);
  EXPECT_EQ(answers.at({0, 1}).error->message, "partition 1 has no leader");
  EXPECT_LT(world.clock.waited(), timeout);
}

TEST(LookupService, WaitsForASilentBrokerOnceNotWithEveryRequest) {
  World world;
  world.cluster.silent_broker = 1;
  world.cluster.request_timeout = timeout;
  world.cluster.leaders_now = {std::vector<int>(500, 1), {2}};
  world.lookups.set_leaders(0, world.cluster.leaders_now[0]);
  world.lookups.set_leaders(1, world.cluster.leaders_now[1]);
  for (int p = 0; p < 500; ++p) world.lookups.ask({{0, p}, 5});
  world.lookups.ask({{1, 0}, 5});
  const auto answers = world.run();
  EXPECT_EQ(answers.size(), 501U);
  EXPECT_FALSE(answers.at({1, 0}).error) << "the other broker answers";
  EXPECT_EQ(answers.at({0, 499}).error->message, "broker 1 has not answered for 10 s");
  EXPECT_EQ(world.cluster.requests_to(1), 1);
  EXPECT_LT(world.clock.waited(), timeout + Millis(1'000));
  EXPECT_TRUE(world.lookups.given_up(1));
  // What is asked later fails at once.
  world.lookups.ask({{0, 3}, 6});
  const auto before = world.clock.waited();
  EXPECT_TRUE(world.run().at({0, 3}).error);
  EXPECT_EQ(world.clock.waited(), before);
}

TEST(LookupService, ABrokerThatOnlyFailsIsGivenUpAfterTheTimeOut) {
  World world;
  world.cluster.failing_broker = 1;
  world.cluster.leaders_now = {{1}};
  world.lookups.set_leaders(0, {1});
  world.lookups.ask({{0, 0}, 5});
  EXPECT_TRUE(world.run().at({0, 0}).error);
  EXPECT_LE(world.cluster.requests_to(1), 6);
}

TEST(LookupService, CountsLookupsByTimeAlone) {
  World world;
  world.cluster.leaders_now = {{1}};
  world.lookups.set_leaders(0, {1});
  world.lookups.ask({{0, 0}, sample::at_latest});
  world.lookups.ask({{0, 0}, 5});
  world.run();
  EXPECT_EQ(world.lookups.lookups(), 1);
}

}  // namespace
}  // namespace partwise::app
