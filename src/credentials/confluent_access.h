// Where Confluent Cloud's control plane is, and who asks.
#pragma once

#include <string>

#include "http/exchange.h"

namespace partwise::credentials {

/// The exchange must outlive it.
struct ConfluentAccess {
  http::Exchange& exchange;
  std::string base_url;  ///< "https://api.confluent.cloud"
  http::Login login;
};

}  // namespace partwise::credentials
