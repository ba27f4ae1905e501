// Secrets kept in AWS Secrets Manager.
#pragma once

#include <stop_token>
#include <string>

#include "base/result.h"
#include "config/secret.h"
#include "credentials/aws_credentials.h"

namespace partwise::credentials {

struct SecretName {
  std::string region_name;  ///< empty: that of the ARN, the environment, the profile
  std::string secret_name;  ///< or the whole ARN
};

/// Asks with the credentials that a chain finds.
///
/// threads: any
class SecretsManager {
 public:
  /// The chain must outlive it.
  explicit SecretsManager(AwsCredentialChain& chain) : chain_(chain) {}

  /// The current value: its text, or its bytes where it is a binary secret. Where the credentials
  /// have expired, they are looked for once more.
  ///
  /// errors: invalid_input, not_found (the secret; or credentials), unauthorized, unavailable,
  /// timeout, corrupt, interrupted. None shows any of the value.
  Result<config::Secret> secret(const SecretName& name, const std::stop_token& stop);

 private:
  AwsCredentialChain& chain_;
};

}  // namespace partwise::credentials
