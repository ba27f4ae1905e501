// Files that settings are read from.
#pragma once

#include <string>

#include "base/result.h"

namespace partwise::config {

/// All of a file.
///
/// errors: not_found when there is none, invalid_input when it is a folder or cannot be read; they
/// name the path and have no hint
Result<std::string> file_text(const std::string& path);

}  // namespace partwise::config
