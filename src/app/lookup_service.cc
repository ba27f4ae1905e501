#include "app/lookup_service.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace partwise::app {
namespace {

using sample::OffsetAnswer;
using sample::OffsetQuery;
using sample::OffsetsArrived;

// A new leader is elected within a second or so; asked more often, brokers only answer the same.
constexpr Millis retry_after{300};
constexpr Millis leaders_fresh_for{250};
constexpr int leaderless_tries_max = 5;
constexpr Millis longest_wait{200};

}  // namespace

void LookupService::set_leaders(int topic, std::vector<int> leaders) {
  leaders_[topic] = std::move(leaders);
}

void LookupService::ask(const OffsetQuery& query) {
  if (query.time_ms >= 0) ++lookups_;
  route(query);
}

void LookupService::fail_query(const OffsetQuery& query, Error error) {
  OffsetAnswer answer;
  answer.query = query;
  answer.error = std::move(error);
  failed_.push_back(std::move(answer));
}

void LookupService::route(const OffsetQuery& query) {
  const auto& leaders = leaders_[query.at.topic];
  const auto p = static_cast<std::size_t>(query.at.partition);
  const int leader = p < leaders.size() ? leaders[p] : -1;
  if (leader < 0) {
    if (++leaderless_tries_[query.at] > leaderless_tries_max) {
      return fail_query(query, {ErrorKind::unavailable,
                                fmt::format("partition {} has no leader", query.at.partition),
                                "start the brokers that hold its replicas", {}});
    }
    delayed_.push_back({clock_.steady_now() + retry_after, query});
    return;
  }
  if (const auto gone = given_up_.find(leader); gone != given_up_.end()) {
    return fail_query(query, gone->second);
  }
  queue_.push(leader, query);
}

void LookupService::send() {
  retry_due();
  for (const auto& request : queue_.ready()) port_.look_up(request.broker, request.queries);
}

void LookupService::retry_due() {
  const auto now = clock_.steady_now();
  const auto due = std::partition(delayed_.begin(), delayed_.end(),
                                  [now](const Delayed& delayed) { return delayed.due > now; });
  std::vector<Delayed> retries(due, delayed_.end());
  delayed_.erase(due, delayed_.end());
  for (const auto& [when, query] : retries) {
    auto& asked = leaders_asked_[query.at.topic];
    if (now - asked > leaders_fresh_for) {
      asked = now;
      if (auto leaders = port_.leaders(query.at.topic)) {
        leaders_[query.at.topic] = std::move(*leaders);
      } else if (leaders.error().kind == ErrorKind::not_found) {
        leaders_[query.at.topic].clear();  // deleted meanwhile
      }
    }
    route(query);
  }
}

void LookupService::give_up(int broker, const Error& error) {
  given_up_.emplace(broker, error);
  for (const auto& query : queue_.drop(broker)) fail_query(query, error);
}

// Nothing but errors that might have passed, for the whole time-out.
bool LookupService::hopeless(const OffsetsArrived& event) {
  const auto& answers = event.answers;
  if (!std::all_of(answers.begin(), answers.end(), [](const auto& a) { return a.error && a.retriable; })) {
    failing_since_.erase(event.broker);
    return false;
  }
  const auto since = failing_since_.try_emplace(event.broker, clock_.steady_now()).first->second;
  // A request that timed out had the whole time-out by itself.
  return std::all_of(answers.begin(), answers.end(),
                     [](const auto& a) { return a.error->kind == ErrorKind::timeout; }) ||
         clock_.steady_now() - since >= timeout_;
}

std::vector<OffsetAnswer> LookupService::take(const OffsetsArrived& event) {
  auto answers = queue_.arrived(event);
  const auto again = queue_.to_retry();
  if (!event.answers.empty() && hopeless(event)) {
    const auto& error = *event.answers.front().error;
    for (const auto& query : again) fail_query(query, error);
    give_up(event.broker, error);
    return answers;
  }
  for (const auto& query : again) delayed_.push_back({clock_.steady_now() + retry_after, query});
  return answers;
}

std::vector<OffsetAnswer> LookupService::take_failed() { return std::exchange(failed_, {}); }

Millis LookupService::patience() const {
  auto wait = longest_wait;
  for (const auto& delayed : delayed_) {
    const auto left = std::chrono::ceil<Millis>(delayed.due - clock_.steady_now());
    wait = std::min(wait, std::max(left, Millis{1}));
  }
  return failed_.empty() ? wait : Millis{0};
}

}  // namespace partwise::app
