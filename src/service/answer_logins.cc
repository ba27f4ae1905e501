// SASL: the choice of a mechanism, and its messages.
#include <string>

#include "service/answers.h"
#include "service/login.h"

namespace partwise::service {

using protocol::ErrorCode;

void answer_sasl_handshake(const CallPtr& call) {
  const std::string mechanism(call->body.text());
  if (!call->parsed()) return;
  auto error = call->fault_or(ErrorCode::none);
  auto* login = call->session->login.get();
  // Without logins there is nothing to shake hands on, as with Kafka's PLAINTEXT listener.
  if (login == nullptr) {
    error = ErrorCode::illegal_sasl_state;
  } else if (error == ErrorCode::none) {
    error = login->choose(mechanism);
    login->bare = call->version == 0;
  }
  auto writer = call->writer();
  write_error(writer, error);
  writer.each(Logins::mechanisms(), [&](const std::string& each) { writer.text(each); });
  call->reply(std::move(writer));
}

void answer_sasl_authenticate(const CallPtr& call) {
  const auto message = call->body.bytes();
  call->body.tags();
  if (!call->parsed()) return;
  Login::Step step{ErrorCode::illegal_sasl_state, "no login is asked for", {}};
  if (const auto fault = call->faults.error_for({})) {
    step = {*fault, "a fault was asked for", {}};
  } else if (call->session->login != nullptr) {
    step = call->session->login->step(message);
  }
  auto writer = call->writer();
  write_error(writer, step.error);
  write_message(writer, step.message);
  writer.bytes(step.answer);
  if (call->version >= 1) writer.int64(0);  // the session does not end
  writer.tags();
  call->close_after = step.error != ErrorCode::none;
  call->reply(std::move(writer));
}

}  // namespace partwise::service
