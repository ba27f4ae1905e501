// A request's headers as libcurl takes them.
#pragma once

#include <curl/curl.h>

#include <vector>

#include "base/result.h"
#include "config/secret.h"
#include "http/exchange.h"

namespace partwise::http {

/// The lines of a request's headers, with its login or token among them: they are wiped when they
/// go.
///
/// errors: invalid_input, for what would not stay one header: a line end, a name that is none
Result<std::vector<config::Secret>> header_lines(const Request& request);

/// For CURLOPT_HTTPHEADER, which keeps pointers to the lines and no copies. Both must stay where
/// they are until the request is over.
std::vector<curl_slist> linked(const std::vector<config::Secret>& lines);

}  // namespace partwise::http
