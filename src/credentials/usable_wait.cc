#include "credentials/usable_wait.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace partwise::credentials {

namespace {

bool may_pass(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::timeout;
}

}  // namespace

Result<> wait_until_usable(const std::string& what, const std::function<Result<bool>()>& probe,
                           const Clock& clock, http::Waiter& waiter, const UsableLimits& limits,
                           const std::stop_token& stop) {
  const auto start = clock.steady_now();
  const auto deadline = start + limits.give_up;
  std::optional<SteadyTime> answered;
  auto backoff = limits.first_wait;
  int successes = 0;
  for (int probes = 1; !stop.stop_requested(); ++probes) {
    const auto probed = probe();
    const auto now = clock.steady_now();
    if (probed) answered = now;
    const bool lasting = !answered || now - *answered >= limits.out_of_reach;
    if (!probed && (lasting || !may_pass(probed.error()))) return tl::unexpected(probed.error());
    const bool works = probed.value_or(false);
    successes = works ? successes + 1 : 0;
    if (successes >= limits.successes) return {};
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
