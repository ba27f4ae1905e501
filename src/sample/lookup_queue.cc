#include "sample/lookup_queue.h"

#include <utility>

#include "base/check.h"

namespace partwise::sample {

void LookupQueue::push(int broker, const OffsetQuery& query) {
  brokers_[broker].waiting.push_back(query);
  ++pending_;
}

std::vector<LookupQueue::Request> LookupQueue::ready() {
  std::vector<Request> requests;
  for (auto& [id, broker] : brokers_) {
    if (broker.in_flight || broker.waiting.empty()) continue;
    Request request{id, {}};
    std::set<TopicPartition> named;
    std::deque<OffsetQuery> later;
    for (const auto& query : broker.waiting) {
      const bool full = std::ssize(request.queries) >= settings_.partitions_per_request;
      if (!full && named.insert(query.at).second) {
        request.queries.push_back(query);
      } else {
        later.push_back(query);
      }
    }
    broker.waiting = std::move(later);
    broker.in_flight = true;
    requests.push_back(std::move(request));
  }
  return requests;
}

std::vector<OffsetAnswer> LookupQueue::arrived(const OffsetsArrived& answers) {
  auto& broker = brokers_[answers.broker];
  CHECK(broker.in_flight);
  broker.in_flight = false;
  std::vector<OffsetAnswer> final_answers;
  for (const auto& answer : answers.answers) {
    --pending_;
    const Key key{answer.query.at, answer.query.time_ms};
    if (answer.error && answer.retriable && tries_[key]++ < settings_.retries) {
      failed_.push_back(answer.query);
      continue;
    }
    tries_.erase(key);
    final_answers.push_back(answer);
  }
  return final_answers;
}

std::vector<OffsetQuery> LookupQueue::drop(int broker) {
  auto& waiting = brokers_[broker].waiting;
  std::vector<OffsetQuery> dropped(waiting.begin(), waiting.end());
  pending_ -= dropped.size();
  waiting.clear();
  return dropped;
}

std::vector<OffsetQuery> LookupQueue::to_retry() { return std::exchange(failed_, {}); }

}  // namespace partwise::sample
