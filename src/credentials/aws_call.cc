#include "credentials/aws_call.h"

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
  for (int left = tries - 1;; --left) {
    auto attempt = request;
    if (keys != nullptr) sign(attempt, *keys, scope, context.clock.now());
    auto reply = context.exchange.send(attempt, stop);
    if (left == 0 || !worth_another_try(reply)) return reply;
    context.waiter.wait_until(context.clock.steady_now() + pause, stop);
    pause *= 2;
  }
}

}  // namespace partwise::credentials
