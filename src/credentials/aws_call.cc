#include "credentials/aws_call.h"

#include <algorithm>
#include <chrono>

#include "credentials/aws_answer.h"

namespace partwise::credentials {
namespace {

constexpr int tries = 3;
constexpr Millis first_pause{300};

bool worth_another_try(const Result<http::Reply>& reply) {
  if (!reply) {
    return reply.error().kind == ErrorKind::unavailable || reply.error().kind == ErrorKind::timeout;
  }
  return !reply->ok() && passing(*reply, refusal_of(*reply));
}

}  // namespace

Result<http::Reply> aws_reply(const AwsContext& context, const http::Request& request,
                              const AwsKeys* keys, const AwsScope& scope,
                              const std::stop_token& stop) {
  auto pause = first_pause;
  const auto& clock = context.clock;
  const auto deadline = clock.steady_now() + context.patience.value_or(request.patience);
  for (int left = tries - 1;; --left) {
    auto attempt = request;
    const auto time_left = std::chrono::ceil<Millis>(deadline - clock.steady_now());
    attempt.timeout = std::min(request.timeout, std::max(time_left, Millis(1)));
    if (keys != nullptr) sign(attempt, *keys, scope, clock.now());
    auto reply = context.exchange.send(attempt, stop);
    const auto next = clock.steady_now() + pause;
    if (left == 0 || next >= deadline || !worth_another_try(reply)) return reply;
    context.waiter.wait_until(next, stop);
    pause *= 2;
  }
}

}  // namespace partwise::credentials
