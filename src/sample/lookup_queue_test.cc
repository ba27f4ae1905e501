#include "sample/lookup_queue.h"

#include <set>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::sample {
namespace {

OffsetAnswer good(const OffsetQuery& query) {
  OffsetAnswer answer;
  answer.query = query;
  answer.found = {10, Instant{}};
  return answer;
}

OffsetAnswer failed(const OffsetQuery& query, bool retriable) {
  OffsetAnswer answer;
  answer.query = query;
  answer.error = Error{ErrorKind::unavailable, "not leader", {}, {}};
  answer.retriable = retriable;
  return answer;
}

OffsetsArrived answered(const LookupQueue::Request& request) {
  OffsetsArrived arrived{request.broker, {}};
  for (const auto& query : request.queries) arrived.answers.push_back(good(query));
  return arrived;
}

TEST(LookupQueue, NeverNamesAPartitionTwiceNorMoreThanTwoHundred) {
  LookupQueue queue;
  Random random(1);
  std::size_t pushed = 0;
  for (int i = 0; i < 3'000; ++i) {
    queue.push(1, {{static_cast<int>(random.below(40)), static_cast<int>(random.below(12))}, i});
    ++pushed;
  }
  std::size_t seen = 0;
  while (queue.pending() > 0) {
    const auto requests = queue.ready();
    ASSERT_EQ(requests.size(), 1U);
    std::set<TopicPartition> named;
    for (const auto& query : requests[0].queries) {
      ASSERT_TRUE(named.insert(query.at).second);
    }
    ASSERT_LE(requests[0].queries.size(), 200U);
    seen += requests[0].queries.size();
    queue.arrived(answered(requests[0]));
  }
  EXPECT_EQ(seen, pushed);
}

TEST(LookupQueue, KeepsOneRequestInFlightForEachBroker) {
  LookupQueue queue;
  for (int broker = 1; broker <= 3; ++broker) {
    queue.push(broker, {{broker, 0}, 1});
    queue.push(broker, {{broker, 0}, 2});
  }
  const auto first = queue.ready();
  EXPECT_EQ(first.size(), 3U);
  EXPECT_TRUE(queue.ready().empty());
  queue.arrived(answered(first[1]));
  const auto second = queue.ready();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].broker, first[1].broker);
}

TEST(LookupQueue, AsksAgainOnlyForWhatFailedAndMayPass) {
  LookupQueue queue;
  queue.push(1, {{0, 0}, 5});
  queue.push(1, {{0, 1}, 5});
  queue.push(1, {{0, 2}, 5});
  const auto request = queue.ready().at(0);
  const auto final_answers =
      queue.arrived({1,
                     {good(request.queries[0]), failed(request.queries[1], true),
                      failed(request.queries[2], false)}});
  ASSERT_EQ(final_answers.size(), 2U);
  EXPECT_FALSE(final_answers[0].error);
  EXPECT_TRUE(final_answers[1].error);
  const auto again = queue.to_retry();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].at, (TopicPartition{0, 1}));
  EXPECT_EQ(queue.pending(), 0U);
}

TEST(LookupQueue, GivesUpAfterFiveRetries) {
  LookupQueue queue;
  queue.push(1, {{0, 0}, 5});
  int tries = 0;
  while (true) {
    const auto request = queue.ready().at(0);
    ++tries;
    if (!queue.arrived({1, {failed(request.queries[0], true)}}).empty()) break;
    for (const auto& query : queue.to_retry()) queue.push(2 - 1, query);
  }
  EXPECT_EQ(tries, 6);
}

TEST(LookupQueue, DropsWhatWaitsForABrokerThatIsGone) {
  LookupQueue queue;
  queue.push(1, {{0, 0}, 5});
  queue.push(1, {{0, 0}, 6});
  queue.push(2, {{0, 1}, 5});
  const auto requests = queue.ready();
  EXPECT_EQ(queue.drop(1).size(), 1U);
  EXPECT_EQ(queue.pending(), 2U);  // the two in flight
}

}  // namespace
}  // namespace partwise::sample
