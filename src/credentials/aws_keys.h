// The keys that requests to AWS are signed with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "config/secret.h"

namespace partwise::credentials {

struct AwsKeys {
  std::string access_key_id;
  config::Secret secret_access_key;
  config::Secret session_token;  ///< of temporary keys; else empty
};

struct AwsCredentials {
  AwsKeys keys;
  std::optional<Instant> expiration;  ///< of temporary keys
  std::string source;                 ///< "environment", "instance metadata"
};

/// What is wrong with keys that came from outside, in words that follow their source's name; empty
/// where they can be used: they become parts of headers.
std::string fault_of(const AwsKeys& keys);

/// "2026-03-04T05:06:07Z", also with an offset from UTC behind it: "+01:00".
///
/// errors: invalid_input
Result<Instant> expiration_from_text(std::string_view text);

/// Keys in a JSON object, as container endpoints, instance metadata and credential processes give
/// them: AccessKeyId, SecretAccessKey, `token_name`, Expiration. An object with Code and Message in
/// place of keys is an error that says them.
///
/// errors: corrupt; unauthorized for Code and Message. No message shows a value of a key.
Result<AwsCredentials> credentials_from_json(std::string_view text, const char* token_name,
                                             const std::string& source);

/// The same from a credential_process, whose object has Version, which must be 1, and SessionToken.
Result<AwsCredentials> credentials_from_process(std::string_view text);

}  // namespace partwise::credentials
