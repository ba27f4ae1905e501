#include "credentials/usable_wait.h"

#include <algorithm>

#include <fmt/format.h>

namespace partwise::credentials {

Result<> wait_until_usable(const std::string& what, const std::function<Result<bool>()>& probe,
                           const Clock& clock, http::Waiter& waiter, const UsableLimits& limits,
                           const std::stop_token& stop) {
  const auto deadline = clock.steady_now() + limits.give_up;
  auto backoff = limits.first_wait;
  int successes = 0;
  for (int probes = 1; !stop.stop_requested(); ++probes) {
    const bool works = TRY(probe());
    successes = works ? successes + 1 : 0;
    if (successes >= limits.successes) return {};
    const auto now = clock.steady_now();
    if (now >= deadline) {
      return fail(ErrorKind::timeout, fmt::format("{} does not work after {} ({} tries)", what,
                                                  duration_text(limits.give_up), probes));
    }
    const auto wait = works ? limits.first_wait : backoff;
    if (!works) backoff = std::min(backoff * 2, limits.longest_wait);
    if (!waiter.wait_until(std::min(now + wait, deadline), stop)) break;
  }
  return fail(ErrorKind::interrupted, fmt::format("interrupted while waiting for {}", what));
}

}  // namespace partwise::credentials
