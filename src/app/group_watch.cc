#include "app/group_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace partwise::app {
namespace {

constexpr Millis slice{200};
constexpr auto look_every = std::chrono::seconds(2);
// Once may be a coordinator that has just moved, or a member that joins again.
constexpr int sure = 2;

}  // namespace

std::optional<CollectorEnd> collector_end(const kafka::ExchangeMessage& message,
                                          const ScanPlan& plan) {
  if (message.kind != end_kind || message.sender != plan.collector().client) return std::nullopt;
  if (message.bytes.empty()) return CollectorEnd{};
  return CollectorEnd{Error{
      ErrorKind::unavailable,
      fmt::format("{}, which was to print the whole, ended: {}", message.sender, message.bytes),
      {},
      {}}};
}

GroupWatch::GroupWatch(kafka::GroupMembership& membership,
                       std::unique_ptr<kafka::ExchangeTopic> news, const ScanPlan& plan,
                       std::function<void()> ended)
    : membership_(membership),
      news_(std::move(news)),
      plan_(plan),
      ended_(std::move(ended)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::set<std::string> GroupWatch::gone() const {
  const std::scoped_lock lock(mutex_);
  return gone_;
}

std::optional<CollectorEnd> GroupWatch::end() const {
  const std::scoped_lock lock(mutex_);
  return end_;
}

void GroupWatch::run(const std::stop_token& stop) {
  auto next = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    (void)membership_.poll(slice);  // the group was joined: what it may, it may
    if (std::chrono::steady_clock::now() < next) continue;
    if (news_ && !end()) read_news(stop);
    look(stop);
    next = std::chrono::steady_clock::now() + look_every;
  }
}

// What cannot be asked now is asked again: nobody is gone for that.
void GroupWatch::look(const std::stop_token& stop) {
  const auto view = membership_.view(stop);
  if (!view) return;
  std::set<std::string> gone;
  for (const auto& share : plan_.shares) {
    const bool there = std::any_of(view->members.begin(), view->members.end(),
                                   [&](const auto& m) { return m.client == share.client; });
    auto& times = missing_[share.client];
    times = there ? 0 : times + 1;
    if (times >= sure) gone.insert(share.client);
  }
  const auto& collector = plan_.collector().client;
  const bool lost = news_ && gone.contains(collector);
  {
    const std::scoped_lock lock(mutex_);
    gone_ = std::move(gone);
  }
  if (lost) {
    note_end({Error{ErrorKind::unavailable,
                    fmt::format("{}, which was to print the whole, went away", collector),
                    "start the scan again in all processes",
                    {}},
              true});
  }
}

void GroupWatch::read_news(const std::stop_token& stop) {
  std::optional<CollectorEnd> found;
  const auto read = news_->read(
      kafka::Channel::news,
      [&](const kafka::ExchangeMessage& message) {
        if (auto end = collector_end(message, plan_)) found = std::move(end);
      },
      stop);
  if (found) return note_end(*std::move(found));
  const bool away = !read && read.error().kind == ErrorKind::not_found;
  unread_ = away ? unread_ + 1 : 0;
  if (unread_ < sure) return;
  note_end({Error{ErrorKind::unavailable,
                  fmt::format("the topic {} of this scan is gone", plan_.exchange),
                  "start the scan again in all processes",
                  {}},
            true});
}

void GroupWatch::note_end(CollectorEnd end) {
  {
    const std::scoped_lock lock(mutex_);
    if (end_) return;
    end_ = std::move(end);
  }
  ended_();
}

}  // namespace partwise::app
