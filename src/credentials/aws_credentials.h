// Where credentials for AWS come from: the places that AWS's own tools look at, in their order.
#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/result.h"
#include "credentials/aws_context.h"

namespace partwise::credentials {

/// Looks in botocore's order: environment (not where the user names a profile), the profile's role
/// (role_arn with source_profile or credential_source), web identity, credentials file,
/// credential_process, config file, container, instance metadata. The first place that has
/// credentials ends it; so does one that is set up, but fails. IAM Identity Center (SSO), logins of
/// `aws login` and devices for multi-factor authentication are not supported: where a profile wants
/// one of them, the error says what to run.
///
/// errors: not_found where no place has any; else that of the place that fails. Both tell each
/// place that was asked, and what it said; never a key.
Result<AwsCredentials> found_credentials(const AwsContext& context, const std::stop_token& stop);

/// Keeps what was found until it has no more than five minutes to live.
///
/// threads: any; while one looks, others wait
class AwsCredentialChain {
 public:
  explicit AwsCredentialChain(AwsContext context) : context_(std::move(context)) {}

  Result<AwsCredentials> credentials(const std::stop_token& stop);

  /// Looks again at the next call: these were refused.
  void forget();

  [[nodiscard]] const AwsContext& context() const { return context_; }

 private:
  AwsContext context_;
  std::mutex mutex_;
  std::optional<AwsCredentials> kept_;
};

}  // namespace partwise::credentials
