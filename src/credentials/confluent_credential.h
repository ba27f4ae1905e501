// The Cloud API key, as the environment and Secrets Manager have it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/exchange.h"

namespace partwise::credentials {

/// {"confluent_cloud_api_key": "...", "confluent_cloud_api_secret": "..."}; further fields are left
/// aside, and so are blanks around the values.
///
/// name: for messages: "CONFLUENT_CLOUD_CREDENTIAL", "the secret confluent in us-east-1"
/// errors: invalid_input; for malformed JSON with the position, and never with anything of the text
Result<http::Login> confluent_login_from(std::string_view text, const std::string& name,
                                         const std::string& from);

}  // namespace partwise::credentials
