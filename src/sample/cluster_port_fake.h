// A cluster in memory: topics that tests describe, brokers that they break, a clock that they move.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock_fake.h"
#include "sample/cluster_port.h"

namespace partwise::sample {

class FakeCluster final : public ClusterPort {
 public:
  explicit FakeCluster(FakeClock& clock) : clock_(clock) {}

  std::vector<std::vector<int>> leaders_now;  ///< by topic and partition
  int silent_broker = -1;                     ///< its requests time out
  int failing_broker = -1;                    ///< it answers "not leader" to everything
  Millis request_timeout{10'000};
  Millis request_time{1};
  std::function<FoundOffset(TopicPartition, std::int64_t time_ms)> find =
      [](TopicPartition, std::int64_t) { return FoundOffset{0, Instant{}}; };

  [[nodiscard]] int requests_to(int broker) const {
    const auto found = counts_.find(broker);
    return found == counts_.end() ? 0 : found->second;
  }

  Result<ClusterDescription> describe() override { return ClusterDescription{"fake", 2, {}}; }
  void use_topics(std::vector<std::string>) override {}
  std::vector<Result<TopicConfiguration>> configurations() override { return {}; }
  Result<std::vector<std::optional<std::int64_t>>> stored_bytes() override {
    return std::vector<std::optional<std::int64_t>>{};
  }
  Result<std::vector<int>> leaders(int topic) override {
    return leaders_now.at(static_cast<std::size_t>(topic));
  }

  void look_up(int broker, std::span<const OffsetQuery> queries) override {
    ++counts_[broker];
    OffsetsArrived arrived{broker, {}};
    for (const auto& query : queries) arrived.answers.push_back(answer(broker, query));
    waiting_.push_back(
        {clock_.waited() + (broker == silent_broker ? request_timeout : request_time),
         std::move(arrived)});
  }

  void read(int, const ReadSpan&) override {}
  void abandon_reads(int, const Error&) override {}

  std::vector<ClusterEvent> wait(Millis patience) override {
    std::vector<ClusterEvent> events;
    const auto next =
        std::min_element(waiting_.begin(), waiting_.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    if (next == waiting_.end() || next->first > clock_.waited() + patience) {
      clock_.advance(patience);
      return events;
    }
    if (next->first > clock_.waited()) clock_.advance(next->first - clock_.waited());
    events.emplace_back(std::move(next->second));
    waiting_.erase(next);
    return events;
  }

 private:
  OffsetAnswer answer(int broker, const OffsetQuery& query) {
    OffsetAnswer answer;
    answer.query = query;
    const auto& leaders = leaders_now.at(static_cast<std::size_t>(query.at.topic));
    if (broker == silent_broker) {
      answer.error = Error{ErrorKind::timeout, "timed out", {}, {}};
      answer.retriable = true;
    } else if (broker == failing_broker ||
               leaders.at(static_cast<std::size_t>(query.at.partition)) != broker) {
      answer.error = Error{ErrorKind::unavailable, "not leader", {}, {}};
      answer.retriable = true;
    } else {
      answer.found = find(query.at, query.time_ms);
    }
    return answer;
  }

  FakeClock& clock_;
  std::map<int, int> counts_;
  std::deque<std::pair<Millis, OffsetsArrived>> waiting_;
};

}  // namespace partwise::sample
