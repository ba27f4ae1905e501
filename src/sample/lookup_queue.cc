#include "sample/lookup_queue.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace partwise::sample {

void LookupQueue::push(int broker, const OffsetQuery& query) {
  auto& [waiting, turns, in_flight] = brokers_[broker];
  auto& queries = waiting[query.at];
  if (queries.empty()) turns.push_back(query.at);
  queries.push_back(query);
  ++pending_;
}

std::vector<LookupQueue::Request> LookupQueue::ready() {
  std::vector<Request> requests;
  for (auto& [id, broker] : brokers_) {
    if (broker.in_flight || broker.turns.empty()) continue;
    broker.in_flight = true;
    requests.push_back({id, take_turns(broker)});
  }
  return requests;
}

std::vector<OffsetQuery> LookupQueue::take_turns(Broker& broker) const {
  std::vector<OffsetQuery> queries;
  auto left = std::min<std::ptrdiff_t>(settings_.partitions_per_request, std::ssize(broker.turns));
  for (; left > 0; --left) {
    const auto at = broker.turns.front();
    broker.turns.pop_front();
    const auto waiting = broker.waiting.find(at);
    queries.push_back(waiting->second.back());
    waiting->second.pop_back();
    if (waiting->second.empty()) {
      broker.waiting.erase(waiting);
    } else {
      broker.turns.push_back(at);
    }
  }
  return queries;
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
  auto& [waiting, turns, in_flight] = brokers_[broker];
  std::vector<OffsetQuery> dropped;
  for (const auto& [at, queries] : waiting) {
    dropped.insert(dropped.end(), queries.begin(), queries.end());
  }
  pending_ -= dropped.size();
  waiting.clear();
  turns.clear();
  return dropped;
}

std::vector<OffsetQuery> LookupQueue::to_retry() { return std::exchange(failed_, {}); }

}  // namespace partwise::sample
