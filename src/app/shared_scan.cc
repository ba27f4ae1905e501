#include "app/shared_scan.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "app/run_topics.h"
#include "app/scan_collection.h"
#include "base/units.h"

namespace partwise::app {
namespace {

using kafka::Channel;

constexpr Millis slice{200};
// Some megabytes, also over a slow line; little while somebody waits for a stop.
constexpr Millis part_patience{120'000};
constexpr Millis stopped_patience{5'000};
constexpr Millis news_patience{10'000};
constexpr auto leaving_patience = std::chrono::seconds(15);
constexpr int failures_most = 20;  // in a row

Error interrupted_error() { return {ErrorKind::interrupted, "interrupted", {}, {}}; }

}  // namespace

SharedScan::SharedScan(const ScanOptions& options, const kafka::ClientSettings& settings,
                       const std::stop_token& stop, Instant started, Tell tell)
    : options_(options),
      settings_(settings),
      user_stop_(stop),
      tell_(std::move(tell)),
      client_(scan_client_id(started)),
      bounds_(options.bounds),
      forward_(stop, [this] { reading_.request_stop(); }) {}

Result<std::unique_ptr<SharedScan>> SharedScan::begin(const ScanOptions& options,
                                                      const kafka::ClientSettings& settings,
                                                      int partitions, Instant started, Tell tell,
                                                      const std::stop_token& stop) {
  std::unique_ptr<SharedScan> shared(
      new SharedScan(options, settings, stop, started, std::move(tell)));
  auto met = shared->gather(partitions).and_then([&] { return shared->meet(); });
  if (met) return shared;
  return tl::unexpected(shared->failed(std::move(met).error()));
}

SharedScan::~SharedScan() { (void)end("it did not come to its end"); }

Result<> SharedScan::gather(int partitions) {
  membership_ =
      TRY(kafka::GroupMembership::open(settings_, options_.shared->group, client_, user_stop_));
  plan_ = TRY(gathered(*membership_,
                       {options_.shared->group, options_.topic, partitions, options_.shared->size},
                       {options_.shared->wait, tell_}, user_stop_));
  exchange_ = TRY(kafka::ExchangeTopic::open(settings_, plan_.exchange, user_stop_));
  return {};
}

Result<> SharedScan::meet() {
  const Patience patience{options_.shared->wait, tell_};
  if (collects()) {
    made_ = true;  // from now on it may be there
    TRY(exchange_->make(user_stop_));
  }
  TRY(await_exchange(*exchange_, *membership_, plan_, patience, user_stop_));
  const auto agreed = TRY(greeted(*exchange_, *membership_, plan_, client_, greeting_of(options_),
                                  patience, user_stop_));
  bounds_.from = agreed.from;
  bounds_.to = agreed.to;
  std::unique_ptr<kafka::ExchangeTopic> news;
  if (!collects()) {
    news = TRY(kafka::ExchangeTopic::open(settings_, plan_.exchange, user_stop_));
  }
  watch(std::move(news));
  return {};
}

void SharedScan::watch(std::unique_ptr<kafka::ExchangeTopic> news) {
  watch_ = std::make_unique<GroupWatch>(*membership_, std::move(news), plan_,
                                        [this] { reading_.request_stop(); });
}

const std::vector<int>& SharedScan::partitions() const {
  return plan_.share_of(client_)->partitions;
}

Result<> SharedScan::hand_in(const keys::ScanPart& part) {
  const auto left_out = [&] {
    return Error{ErrorKind::unavailable,
                 collector().client + " ended without what this process has read",
                 {},
                 {}};
  };
  const bool stopped = user_stop_.stop_requested();
  tell_("sending what was read to " + collector().client);
  if (const auto end = watch_->end()) return tl::unexpected(end->error.value_or(left_out()));
  // Brokers may make a topic that is sent to.
  const bool there = TRY(exchange_->exists({}));
  if (!there) return tl::unexpected(stopped ? interrupted_error() : left_out());
  auto sent = exchange_->send(Channel::results, {client_, part_kind, to_bytes(part)},
                              stopped ? stopped_patience : part_patience,
                              stopped ? std::stop_token{} : user_stop_);
  if (stopped) return tl::unexpected(interrupted_error());
  if (!sent) return sent;
  tell_("waiting for " + collector().client + " to have the whole");
  while (!watch_->end()) {
    if (user_stop_.stop_requested()) return tl::unexpected(interrupted_error());
    std::this_thread::sleep_for(slice);
  }
  if (const auto error = watch_->end()->error) return tl::unexpected(*error);
  return {};
}

void SharedScan::collect(const keys::ScanPart& own, keys::ScanReport& scan) {
  ScanCollection collection(plan_, options_.shared->group,
                            static_cast<std::size_t>(options_.memory), scan);
  collection.take(client_, own);
  int failures = 0;
  while (true) {
    // Before the reading: who is gone sends no more, but may have sent.
    const auto gone = watch_->gone();
    const bool stopped = user_stop_.stop_requested();
    const auto read = exchange_->read(Channel::results,
                                      [&](const auto& message) { collection.take(message); }, {});
    failures = read ? 0 : failures + 1;
    const auto missing = collection.missing();
    for (const auto& client : missing) {
      if (stopped) {
        collection.lose(client, {ErrorKind::interrupted,
                                 fmt::format("interrupted before {} had sent it", client),
                                 {},
                                 {}});
      } else if (failures >= failures_most) {
        collection.lose(client, read.error());
      } else if (gone.contains(client)) {
        collection.lose(client, {ErrorKind::unavailable,
                                 fmt::format("the process that read it went away: {}", client),
                                 {},
                                 {}});
      }
    }
    if (collection.missing().empty()) return;
    tell_(fmt::format("waiting for {} of {} processes", collection.missing().size(),
                      plan_.shares.size()));
    std::this_thread::sleep_for(slice);
  }
}

Result<> SharedScan::finish() { return end(user_stop_.stop_requested() ? "interrupted" : ""); }

Error SharedScan::failed(Error error) {
  if (const auto ended = end(error.message); !ended) {
    return leaving(std::move(error), ended.error().message + ": it is left");
  }
  return error;
}

// The others leave when they are told; only then the topic and the group can go.
Result<> SharedScan::end(const std::string& why_not) {
  if (std::exchange(finished_, true)) return {};
  // One that told its end takes the topic away itself, when all have read it.
  const auto collector_end = watch_ ? watch_->end() : std::nullopt;
  const bool collector_lost = collector_end && collector_end->untold;
  watch_.reset();
  Result<> removed;
  if (made_) {
    (void)exchange_->send(Channel::news, {client_, end_kind, why_not}, news_patience, {});
    await_leaving();
  }
  if (made_ || collector_lost) removed = exchange_->remove();
  if (membership_) {
    membership_->leave();
    // The last one to leave can; without members or offsets it would go by itself later.
    (void)membership_->remove_group();
  }
  return removed;
}

void SharedScan::await_leaving() {
  const auto deadline = std::chrono::steady_clock::now() + leaving_patience;
  while (std::chrono::steady_clock::now() < deadline) {
    (void)membership_->poll(slice);
    const auto view = membership_->view({});
    if (!view) continue;
    const bool others = std::any_of(view->members.begin(), view->members.end(), [&](const auto& m) {
      return m.client != client_ && plan_.share_of(m.client) != nullptr;
    });
    if (!others) return;
  }
}

}  // namespace partwise::app
