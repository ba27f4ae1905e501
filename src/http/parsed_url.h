// libcurl's own reading of a URL, so that what was checked is what is asked.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "base/release.h"
#include "base/result.h"

namespace partwise::http {

using ParsedUrl = std::unique_ptr<CURLU, Release<curl_url_cleanup>>;

/// An absolute URL without user and password; its path stays as it is.
///
/// errors: invalid_input; the message does not repeat the URL
Result<ParsedUrl> parsed_url(const std::string& url);

/// One part as it is written; empty where the URL has none.
std::string part_of(CURLU* url, CURLUPart part);

}  // namespace partwise::http
