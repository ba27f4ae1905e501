// Which secrets of AWS Secrets Manager a run reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "credentials/aws_secrets_manager.h"

namespace partwise::credentials {

/// CONFLUENT_CLOUD_API_SECRET_PATH: {"region_name": "us-east-1", "secret_name": "confluent"}, where
/// region_name may be absent.
///
/// name: of the setting, for messages
/// errors: invalid_input
Result<SecretName> secret_path_from(std::string_view text, const std::string& name,
                                    const std::string& from);

/// KAFKA_API_SECRET_PATHS: an array of such, or one alone.
///
/// errors: invalid_input, one for each wrong entry; also for the same secret twice
tl::expected<std::vector<SecretName>, Errors> secret_paths_from(std::string_view text,
                                                                const std::string& name,
                                                                const std::string& from);

}  // namespace partwise::credentials
