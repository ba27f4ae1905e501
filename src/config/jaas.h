// Java's sasl.jaas.config: a login module with options.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::config {

struct JaasConfig {
  std::string module;  ///< the class without its package: "PlainLoginModule"
  std::map<std::string, std::string> options;
};

/// Parses `pkg.Module required name="value" name=value;`. The message of an error names no value.
Result<JaasConfig> jaas_from_text(std::string_view text);

}  // namespace partwise::config
