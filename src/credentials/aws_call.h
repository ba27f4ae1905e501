// One call of a service of AWS, with another try where that may help.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "credentials/aws_context.h"
#include "credentials/aws_signature.h"
#include "http/exchange.h"

namespace partwise::credentials {

/// Sends a request, each time signed anew (not at all without `keys`), up to three times where the
/// network or the server fails or the server asks to go slower, after 300 and 600 ms, and while the
/// patience lasts. Any other refusal is a result.
///
/// errors: those of the exchange
Result<http::Reply> aws_reply(const AwsContext& context, const http::Request& request,
                              const AwsKeys* keys, const AwsScope& scope,
                              const std::stop_token& stop);

}  // namespace partwise::credentials
