// Temporary keys of a role, from AWS's Security Token Service.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "credentials/aws_context.h"
#include "credentials/aws_endpoint.h"

namespace partwise::credentials {

struct RoleRequest {
  std::string role_arn;
  std::string session_name;  ///< empty: one of partwise's
  std::string external_id;   ///< may be empty
  std::string duration;      ///< seconds, as text; empty: the service's default, an hour
};

/// AssumeRole, signed with the keys of `source`. The service is asked in the region that the places
/// say; without one, globally.
///
/// errors: unauthorized, invalid_input, corrupt (an answer without keys), those of the exchange
Result<AwsCredentials> assumed_role(const AwsContext& context, const AwsPlaces& places,
                                    const RoleRequest& role, const AwsCredentials& source,
                                    const std::stop_token& stop);

/// AssumeRoleWithWebIdentity, which a token of another issuer proves instead of a signature.
Result<AwsCredentials> web_identity_role(const AwsContext& context, const AwsPlaces& places,
                                         const RoleRequest& role, const config::Secret& token,
                                         const std::stop_token& stop);

}  // namespace partwise::credentials
