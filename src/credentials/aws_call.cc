#include "credentials/aws_call.h"

#include <condition_variable>
#include <mutex>

#include "credentials/aws_answer.h"

namespace partwise::credentials {
namespace {

constexpr int tries = 3;

bool worth_another_try(const Result<http::Reply>& reply) {
  if (!reply) {
    return reply.error().kind == ErrorKind::unavailable || reply.error().kind == ErrorKind::timeout;
  }
  return !reply->ok() && passing(*reply, refusal_of(*reply));
}

void wait(Millis pause, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  (void)never.wait_for(lock, stop, pause, [] { return false; });
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
    wait(pause, stop);
    pause *= 2;
  }
}

}  // namespace partwise::credentials
