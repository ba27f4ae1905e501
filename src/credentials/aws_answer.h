// What AWS says when it refuses, in each of the forms that it and its stand-ins use.
#pragma once

#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::credentials {

struct AwsRefusal {
  std::string code;     ///< "AccessDeniedException", without a namespace; empty: it says none
  std::string message;  ///< fit for messages: one line, not long
};

/// Reads JSON (__type or code, or the header x-amzn-ErrorType; Message or message), XML (Code and
/// Message), and of HTML the title alone.
AwsRefusal refusal_of(const http::Reply& reply);

/// Whether another try may help: a server's fault, or too many requests.
bool passing(const http::Reply& reply, const AwsRefusal& refusal);

bool expired_token(const AwsRefusal& refusal);

/// The error for a refusal: "WHAT: CODE: MESSAGE", with a hint for what any service may say: a
/// clock that is wrong, keys that are unknown or expired.
Error error_of(const http::Reply& reply, const AwsRefusal& refusal, const std::string& what);

}  // namespace partwise::credentials
