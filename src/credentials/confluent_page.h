// Asking Confluent Cloud's control plane: one request, or all pages of a list.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "credentials/confluent_access.h"
#include "http/exchange.h"
#include "http/url.h"

namespace partwise::credentials {

struct ConfluentRequest {
  std::string what;  ///< for messages: "listing the environments"
  std::string path;  ///< below the base; encoded
  std::vector<http::QueryParameter> query = {};
  std::string method = "GET";
  std::string body = {};  ///< JSON; empty: none
  Millis patience = Millis(120'000);
};

/// Any reply is a result, whatever its status.
///
/// errors: those of the exchange, each with `what` before it
Result<http::Reply> confluent_reply(const ConfluentAccess& access, const ConfluentRequest& request,
                                    const std::stop_token& stop);

/// The items of all pages, each once, by its id. One whose id is no plain_name (it becomes a part
/// of file names) is left out.
///
/// Of the link to the next page only its page_token is taken: whoever answers does not decide where
/// the login is sent next.
///
/// errors: those of confluent_error and of the exchange; corrupt, for an answer that is no list,
/// and where a page_token comes again; limit, for more than 10,000 pages
Result<std::vector<nlohmann::json>> confluent_items(const ConfluentAccess& access,
                                                    const ConfluentRequest& list,
                                                    const std::stop_token& stop);

}  // namespace partwise::credentials
