// What Confluent Cloud's control plane says when it refuses.
#pragma once

#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::credentials {

/// http::refusal with the hints that fit here.
Error confluent_error(const http::Reply& reply, const std::string& what);

/// http::nonsense with the hint that fits here.
Error confluent_nonsense(const http::Reply& reply, const std::string& what,
                         const std::string& wrong);

}  // namespace partwise::credentials
