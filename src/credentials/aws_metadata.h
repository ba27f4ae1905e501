// Credentials that a container or a virtual machine of AWS is given over the network.
#pragma once

#include <stop_token>
#include <string>

#include "base/result.h"
#include "credentials/aws_context.h"
#include "credentials/aws_profile_files.h"

namespace partwise::credentials {

/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (at 169.254.170.2), else
/// AWS_CONTAINER_CREDENTIALS_FULL_URI (https; http only to this machine, 169.254.170.2,
/// 169.254.170.23 and fd00:ec2::23), with the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, else
/// AWS_CONTAINER_AUTHORIZATION_TOKEN.
///
/// errors: invalid_input (a URL or token that is not allowed), unavailable, timeout, unauthorized,
/// corrupt, interrupted
Result<AwsAnswer> container_credentials(const AwsContext& context, const std::stop_token& stop);

/// The role of the instance, from its metadata service: version 2, or 1 where that is not there and
/// AWS_EC2_METADATA_V1_DISABLED is not true. No answer means that this is no such instance.
///
/// errors: invalid_input (AWS_EC2_METADATA_SERVICE_ENDPOINT), corrupt, unauthorized, interrupted
Result<AwsAnswer> instance_credentials(const AwsContext& context, const AwsSettings& profile,
                                       const std::stop_token& stop);

}  // namespace partwise::credentials
