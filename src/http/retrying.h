// An Exchange that tries again.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "http/exchange.h"
#include "http/rate_limiter.h"
#include "http/waiter.h"

namespace partwise::http {

struct RetrySettings {
  RateLimiter* limiter = nullptr;  ///< shared by all who ask the service; null: it has no limit
  std::uint64_t seed = 1;          ///< of the waits
  /// Told of each new try, by the thread that makes it; may be empty.
  std::function<void(std::string)> note;
  std::optional<Millis> patience = std::nullopt;  ///< instead of each request's own
};

/// Asks again after connection errors, timeouts, 429 and 5xx but 501, while the request's patience
/// lasts: one that may not be repeated, after 429 alone, as that was not carried out.
///
/// Before try n + 1 (n = 1, 2, ...) it waits a time drawn evenly from [0, 1 s · 2^(n - 1)), at most
/// 30 s, but no less than the reply asks for. What a reply says about the service's limit holds
/// everybody who shares the limiter, at most until this request's patience ends. A wait that would
/// end after that is not begun.
///
/// The result is that of the last try, as it came; an error says how many tries there were. Each
/// try takes a place at the limiter; the wait for it is no part of the patience.
///
/// errors: as of the inner Exchange; limit, where others were told of a hold that outlasts it
/// threads: any; inner, limiter, clock and waiter must outlive it
/// source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015 (full jitter)
class Retrying final : public Exchange {
 public:
  Retrying(Exchange& inner, const Clock& clock, Waiter& waiter, RetrySettings settings);

  Result<Reply> send(const Request& request, const std::stop_token& stop) override;

 private:
  /// One try within what is left of the patience, which a wait for a place puts off, and what its
  /// reply says to everybody.
  Result<Reply> try_once(Request& request, SteadyTime& deadline, const std::stop_token& stop);
  Millis wait_before_next(const Result<Reply>& last, int tries);
  void note(const Request& request, const Result<Reply>& last, Millis wait, int tries) const;

  Exchange& inner_;
  const Clock& clock_;
  Waiter& waiter_;
  RetrySettings settings_;
  std::mutex mutex_;
  Random random_;
};

}  // namespace partwise::http
