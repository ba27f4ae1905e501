#include "http/retrying.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "http/reply_limits.h"
#include "http/url.h"

namespace partwise::http {
namespace {

constexpr Millis first_backoff{1'000};
constexpr Millis longest_backoff{30'000};

bool may_pass(const Result<Reply>& last) {
  if (!last) {
    return last.error().kind == ErrorKind::unavailable || last.error().kind == ErrorKind::timeout;
  }
  return last->status == 429 || (last->status >= 500 && last->status != 501);
}

Millis backoff_most(int tries) {
  auto most = first_backoff;
  for (int i = 1; i < tries && most < longest_backoff; ++i) most *= 2;
  return std::min(most, longest_backoff);
}

// A request that the limit turned away was not carried out: even one that must not be carried out
// twice may be sent again.
bool may_send_again(const Request& request, const Result<Reply>& last) {
  return may_pass(last) && (request.may_repeat() || (last && last->status == 429));
}

// An error says how often it was tried.
Result<Reply> given_up(Result<Reply> last, int tries) {
  if (!last) {
    last.error().message += fmt::format(" (after {} {})", tries, tries == 1 ? "try" : "tries");
  }
  return last;
}

}  // namespace

Retrying::Retrying(Exchange& inner, const Clock& clock, Waiter& waiter, RetrySettings settings)
    : inner_(inner),
      clock_(clock),
      waiter_(waiter),
      settings_(std::move(settings)),
      random_(settings_.seed) {}

Result<Reply> Retrying::send(const Request& request, const std::stop_token& stop) {
  auto deadline = clock_.steady_now() + settings_.patience.value_or(request.patience);
  auto attempt = request;
  for (int tries = 1;; ++tries) {
    auto last = try_once(attempt, deadline, stop);
    if (!may_send_again(request, last)) return tries == 1 ? last : given_up(last, tries);
    const auto wait = wait_before_next(last, tries);
    const auto next = clock_.steady_now() + wait;
    if (next >= deadline) return given_up(std::move(last), tries);
    note(request, last, wait, tries);
    if (!waiter_.wait_until(next, stop)) {
      return fail(ErrorKind::interrupted, "interrupted between two tries of a request");
    }
  }
}

Result<Reply> Retrying::try_once(Request& request, SteadyTime& deadline,
                                 const std::stop_token& stop) {
  std::optional<RateLimiter::Permit> permit;
  if (settings_.limiter != nullptr) {
    const auto start = clock_.steady_now();
    permit = TRY(settings_.limiter->permit(deadline - start, stop));
    // That others ask as well says nothing about the service.
    deadline += clock_.steady_now() - start;
  }
  const auto left = std::chrono::ceil<Millis>(deadline - clock_.steady_now());
  request.timeout = std::min(request.timeout, std::max(left, Millis(1)));
  auto reply = inner_.send(request, stop);
  if (!reply || settings_.limiter == nullptr) return reply;
  auto hold = rate_limit_reset(*reply);
  if (reply->status == 429) hold = std::max(hold, retry_after(*reply, clock_.now()));
  if (hold) settings_.limiter->hold_until(std::min(clock_.steady_now() + *hold, deadline));
  return reply;
}

Millis Retrying::wait_before_next(const Result<Reply>& last, int tries) {
  Millis wait{0};
  {
    const std::scoped_lock lock(mutex_);
    wait = Millis(random_.below(backoff_most(tries).count()));
  }
  if (!last) return wait;
  return std::max({wait, retry_after(*last, clock_.now()).value_or(wait),
                   rate_limit_reset(*last).value_or(wait)});
}

void Retrying::note(const Request& request, const Result<Reply>& last, Millis wait,
                    int tries) const {
  if (!settings_.note) return;
  const auto origin = origin_of(request.url);
  settings_.note(fmt::format(
      "{}; try {} in {:.1f} s",
      last ? fmt::format("{} answered {}", origin ? origin->address() : "a server", last->status)
           : last.error().message,
      tries + 1, seconds(wait)));
}

}  // namespace partwise::http
