// What services say when they refuse.
#pragma once

#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::http {

/// "a web page with the title "TITLE"", or without; empty where the reply is no page.
std::string page_words(const Reply& reply);

/// What a reply that is no success says of why, fit to be shown; of what is neither a page nor
/// JSON with an error, nothing.
///
/// Reads {"errors": [{"title", "detail", "code"}]} as "TITLE: DETAIL; TITLE: DETAIL", where any may
/// be absent, and else the text of "message", "detail" or "error".
std::string refusal_words(const Reply& reply);

/// "WHAT: HTTP status 401: WORDS (request id ID)", with `hint` or, where that is empty and trying
/// again may help, that.
///
/// Kinds: unauthorized for 401 and 403, not_found for 404, timeout for 408, limit for 402 (a quota)
/// and 429, invalid_input for other 4xx, unavailable for 5xx, corrupt for the rest.
Error refusal(const Reply& reply, const std::string& what, const std::string& hint);

/// "WHAT: WRONG (request id ID)", corrupt: a reply that says yes and is not what was asked for.
Error nonsense(const Reply& reply, const std::string& what, const std::string& wrong,
               const std::string& hint);

}  // namespace partwise::http
