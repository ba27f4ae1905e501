#include "credentials/aws_call.h"

#include <chrono>

#include "credentials/aws_answer.h"
#include "http/waiter.h"

namespace partwise::credentials {
namespace {

constexpr int tries = 3;

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
  auto pause = context.pause;
  for (int left = tries - 1;; --left) {
    auto attempt = request;
    if (keys != nullptr) sign(attempt, *keys, scope, context.clock.now());
    auto reply = context.exchange.send(attempt, stop);
    if (left == 0 || !worth_another_try(reply)) return reply;
    http::SystemWaiter().wait_until(std::chrono::steady_clock::now() + pause, stop);
    pause *= 2;
  }
}

}  // namespace partwise::credentials
