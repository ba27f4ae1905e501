// Where a service of AWS is: its region and its address.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/option.h"
#include "credentials/aws_profile_files.h"

namespace partwise::credentials {

struct AwsService {
  std::string_view host;      ///< in host names and signatures: "secretsmanager"
  std::string_view variable;  ///< AWS_ENDPOINT_URL_...: "SECRETS_MANAGER"
  std::string_view section;   ///< in a services section: "secrets_manager"
};

inline constexpr AwsService secrets_manager = {"secretsmanager", "SECRETS_MANAGER",
                                               "secrets_manager"};
inline constexpr AwsService security_tokens = {"sts", "STS", "sts"};

/// What region and address are read from.
struct AwsPlaces {
  const config::Environment& environment;
  const AwsProfileFiles& files;
  std::string profile;
};

/// The region in "arn:aws:SERVICE:REGION:..."; empty for what is not an ARN, or has none.
std::string region_of_arn(std::string_view arn);

/// `given`, else the ARN's, AWS_REGION, AWS_DEFAULT_REGION, the profile's; empty when none of them
/// says one.
///
/// errors: invalid_input: not the name of a region (it becomes part of a host name)
Result<std::string> aws_region(const std::string& given, std::string_view arn,
                               const AwsPlaces& places);

/// An absolute URL with a path: AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL, the profile's
/// services section, its endpoint_url (none of them where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is
/// true), else AWS's own host in the region, by AWS_USE_FIPS_ENDPOINT the one with FIPS.
///
/// errors: invalid_input: a configured URL that is none, or that is there although FIPS is asked
/// for
Result<std::string> aws_endpoint(const AwsService& service, std::string_view region,
                                 const AwsPlaces& places);

}  // namespace partwise::credentials
