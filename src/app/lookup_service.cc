#include "app/lookup_service.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"

namespace partwise::app {
namespace {

using sample::OffsetAnswer;
using sample::OffsetQuery;
using sample::OffsetsArrived;

// A new leader is elected within a second or so; asked more often, brokers only answer the same.
constexpr Millis retry_after{300};
constexpr Millis leaders_fresh_for{250};
constexpr Millis leaders_unknown_for{2'000};
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
  const int broker = leader(query.at);
  if (broker < 0) {
    if (++leaderless_tries_[query.at] > leaderless_tries_max) {
      return fail_query(query, {ErrorKind::unavailable,
                                fmt::format("partition {} has no leader", query.at.partition),
                                "start the brokers that hold its replicas",
                                {}});
    }
    delayed_.push_back({clock_.steady_now() + retry_after, query});
    return;
  }
  if (const auto gone = given_up_.find(broker); gone != given_up_.end()) {
    return fail_query(query, gone->second);
  }
  queue_.push(broker, query);
}

void LookupService::send() {
  retry_due();
  for (const auto& request : queue_.ready()) port_.look_up(request.broker, request.queries);
}

void LookupService::refresh_leaders(int topic) {
  const auto now = clock_.steady_now();
  auto& asked = leaders_asked_[topic];
  if (now - asked <= leaders_fresh_for || now < leaders_unknown_until_) return;
  asked = now;
  if (auto leaders = port_.leaders(topic)) {
    leaders_[topic] = std::move(*leaders);
  } else if (leaders.error().kind == ErrorKind::not_found) {
    leaders_[topic].clear();  // deleted meanwhile
  } else {
    // Nobody answers: waiting for it with every topic would add up.
    leaders_unknown_until_ = clock_.steady_now() + leaders_unknown_for;
  }
}

void LookupService::retry_due() {
  const auto now = clock_.steady_now();
  const auto due = std::partition(delayed_.begin(), delayed_.end(),
                                  [now](const Delayed& delayed) { return delayed.due > now; });
  std::vector<Delayed> retries(due, delayed_.end());
  delayed_.erase(due, delayed_.end());
  for (const auto& [when, query] : retries) {
    refresh_leaders(query.at.topic);
    route(query);
  }
}

int LookupService::leader(sample::TopicPartition at) const {
  const auto leaders = leaders_.find(at.topic);
  const auto p = static_cast<std::size_t>(at.partition);
  return leaders == leaders_.end() || p >= leaders->second.size() ? -1 : leaders->second[p];
}

void LookupService::give_up(int broker) {
  const Error error{ErrorKind::timeout,
                    fmt::format("broker {} has not answered for {} s", broker,
                                number_text(static_cast<double>(timeout_.count()) / 1000)),
                    "check that it runs; a longer --timeout may help",
                    {}};
  if (!given_up_.emplace(broker, error).second) return;
  port_.abandon_reads(broker, error);
  for (const auto& query : queue_.drop(broker)) fail_query(query, error);
}

// Nothing but errors that might have passed, for the whole time-out.
bool LookupService::hopeless(const OffsetsArrived& event) {
  const auto& answers = event.answers;
  if (!std::all_of(answers.begin(), answers.end(),
                   [](const auto& a) { return a.error && a.retriable; })) {
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
    give_up(event.broker);
    for (const auto& query : again) fail_query(query, verdict(event.broker));
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
