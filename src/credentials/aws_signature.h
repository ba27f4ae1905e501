// Signatures of requests to AWS: Signature Version 4.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "config/secret.h"
#include "credentials/aws_keys.h"
#include "http/exchange.h"

namespace partwise::credentials {

/// What a signature is good for.
struct AwsScope {
  std::string region;
  std::string service;  ///< as in credential scopes: "secretsmanager", "sts", "kafka-cluster"
};

/// The text that stands for a request in its signature: method, path, query, headers and the hash
/// of the body, each in one form only. All headers are in it, but those that clients and proxies
/// change; Host is taken from the URL where no header says it. The path is encoded once more than
/// it is, as all services but S3 have it.
///
/// The URL must be one that url_from_text takes.
std::string canonical_request(const http::Request& request);

/// What is signed: the time, what for, and the hash of a canonical request.
std::string string_to_sign(std::string_view canonical, const AwsScope& scope, Instant time);

/// In hexadecimal digits.
std::string signature_of(std::string_view to_sign, const config::Secret& secret_access_key,
                         const AwsScope& scope, Instant time);

/// Adds X-Amz-Date, X-Amz-Security-Token (for temporary keys) and Authorization. Whoever sends the
/// request may add headers, but must change none; it must not be signed already.
void sign(http::Request& request, const AwsKeys& keys, const AwsScope& scope, Instant time);

}  // namespace partwise::credentials
