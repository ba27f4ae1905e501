#include "app/scan_gathering.h"

#include <chrono>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "app/group_watch.h"
#include "app/version.h"
#include "base/text.h"
#include "base/units.h"

namespace partwise::app {
namespace {

using std::chrono::steady_clock;

constexpr Millis slice{100};
constexpr Millis ask_every{500};
constexpr Millis send_patience{30'000};
constexpr int failures_most = 6;  // in a row: a new topic is not known everywhere at once
constexpr const char* greeting_kind = "greeting";

/// Asks again and again, in between being a member, until there is an answer, an error, or it is
/// too late.
template <class Ask>
Result<bool> asked(kafka::GroupMembership& membership, Millis wait, const std::stop_token& stop,
                   Ask ask) {
  const auto deadline = steady_clock::now() + wait;
  auto next = steady_clock::now();
  while (true) {
    if (stop.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
    if (const auto now = steady_clock::now(); now >= next) {
      if (TRY(ask())) return true;
      if (now >= deadline) return false;
      next = now + ask_every;
    }
    TRY(membership.poll(slice));
  }
}

Result<> check_unused(kafka::GroupMembership& membership, const SharedTopic& shared,
                      const std::stop_token& stop) {
  const auto view = TRY(membership.view(stop));
  TRY(check_members(view, shared));
  const bool committed = TRY(membership.has_committed(stop));
  if (!committed) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("the group {} is used by others: it has committed offsets", shared.group),
              "another --group: it is left as it is", "--group");
}

// A member that was killed is in its group for a while.
Result<> await_room(kafka::GroupMembership& membership, const SharedTopic& shared,
                    const Patience& patience, const std::stop_token& stop) {
  kafka::GroupView view;
  const auto ask = [&]() -> Result<bool> {
    view = TRY(membership.view(stop));
    TRY(check_members(view, shared));
    const bool room = std::cmp_less(view.members.size(), shared.processes);
    if (!room) patience.tell("waiting for room in the group " + shared.group);
    return room;
  };
  if (TRY(asked(membership, patience.wait, stop, ask))) return {};
  return fail(ErrorKind::invalid_input, "there is no room: " + came_text(view, shared),
              "the same --group-size in each, and as many processes; another --group for another "
              "scan",
              "--group");
}

}  // namespace

Result<ScanPlan> gathered(kafka::GroupMembership& membership, const SharedTopic& shared,
                          const Patience& patience, const std::stop_token& stop) {
  TRY(check_unused(membership, shared, stop));
  TRY(await_room(membership, shared, patience, stop));
  TRY(membership.join(shared.topic));
  kafka::GroupView view;
  std::optional<ScanPlan> plan;
  const auto ask = [&]() -> Result<bool> {
    view = TRY(membership.view(stop));
    plan = TRY(plan_of(view, shared));
    patience.tell("waiting: " + came_text(view, shared));
    return plan.has_value();
  };
  if (TRY(asked(membership, patience.wait, stop, ask))) return *std::move(plan);
  return fail(
      ErrorKind::timeout,
      fmt::format("after {}, only {}", duration_text(patience.wait), came_text(view, shared)),
      "start the others sooner, or a longer --group-wait", "--group-wait");
}

Result<> await_exchange(kafka::ExchangeTopic& exchange, kafka::GroupMembership& membership,
                        const ScanPlan& plan, const Patience& patience,
                        const std::stop_token& stop) {
  patience.tell("waiting for the topic " + plan.exchange);
  if (TRY(asked(membership, patience.wait, stop, [&] { return exchange.exists(stop); }))) return {};
  return fail(ErrorKind::timeout,
              fmt::format("{} did not make the topic {} within {}", plan.collector().client,
                          plan.exchange, duration_text(patience.wait)),
              "see what that process says, and start the scan again in all of them");
}

keys::ScanGreeting greeting_of(const ScanOptions& options) {
  const auto offset = [](const std::optional<std::int64_t>& at) {
    return at ? std::to_string(*at) : "";
  };
  const auto& bounds = options.bounds;
  return {{{"partwise's version", std::string(version)},
           {"the topic", options.topic},
           {"--group-size", std::to_string(options.shared->size)},
           {"--from", options.from_text},
           {"--to", options.to_text},
           {"--from-offset", offset(bounds.from_offset)},
           {"--to-offset", offset(bounds.to_offset)},
           {"--fraction", fmt::format("{}", options.fraction)},
           {"--seed", std::to_string(options.seed)},
           {"--memory", std::to_string(options.memory)}},
          bounds.from,
          bounds.to};
}

namespace {

/// The greetings that came, each of which agrees with our own.
class Greetings {
 public:
  Greetings(const ScanPlan& plan, const keys::ScanGreeting& own) : plan_(plan), own_(own) {}

  void take(const kafka::ExchangeMessage& message) {
    if (const auto end = collector_end(message, plan_); end && end->error) note(*end->error);
    if (message.kind != greeting_kind || plan_.share_of(message.sender) == nullptr) return;
    auto greeting = keys::greeting_from_bytes(message.bytes);
    if (!greeting) return note(greeting.error());
    if (const auto name = keys::difference(own_, *greeting)) {
      return note({ErrorKind::invalid_input,
                   fmt::format("the processes were told different things: {} is {} here, and {} in "
                               "{}",
                               *name, keys::value_of(own_, *name), keys::value_of(*greeting, *name),
                               message.sender),
                   "the same options in all processes of a scan", *name});
    }
    came_[message.sender] = *std::move(greeting);
  }

  [[nodiscard]] Result<bool> complete() const {
    if (error_) return tl::unexpected(*error_);
    return came_.size() == plan_.shares.size();
  }

  [[nodiscard]] std::string missing() const {
    std::vector<std::string> names;
    for (const auto& share : plan_.shares) {
      if (!came_.contains(share.client)) names.push_back(share.client);
    }
    return joined(names, ", ");
  }

  [[nodiscard]] const keys::ScanGreeting& of(const std::string& client) const {
    return came_.at(client);
  }

 private:
  void note(const Error& error) {
    if (!error_) error_ = error;
  }

  const ScanPlan& plan_;
  const keys::ScanGreeting& own_;
  std::map<std::string, keys::ScanGreeting> came_;  // by client
  std::optional<Error> error_;
};

}  // namespace

Result<keys::ScanGreeting> greeted(kafka::ExchangeTopic& exchange,
                                   kafka::GroupMembership& membership, const ScanPlan& plan,
                                   const std::string& client, const keys::ScanGreeting& own,
                                   const Patience& patience, const std::stop_token& stop) {
  patience.tell("waiting for greetings");
  TRY(exchange.send(kafka::Channel::news, {client, greeting_kind, to_bytes(own)}, send_patience,
                    stop));
  Greetings greetings(plan, own);
  int failures = 0;
  const auto ask = [&]() -> Result<bool> {
    const auto read = exchange.read(
        kafka::Channel::news, [&](const auto& message) { greetings.take(message); }, stop);
    const bool all = TRY(greetings.complete());
    failures = read ? 0 : failures + 1;
    if (!all && failures >= failures_most) return tl::unexpected(read.error());
    return all;
  };
  if (TRY(asked(membership, patience.wait, stop, ask)))
    return greetings.of(plan.collector().client);
  return fail(ErrorKind::timeout,
              fmt::format("not all processes of the group greeted within {}: {}",
                          duration_text(patience.wait), greetings.missing()),
              "see what those processes say, and start the scan again in all of them");
}

}  // namespace partwise::app
