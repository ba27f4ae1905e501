// Where a text stops being JSON, told without the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace partwise::config {

/// "unexpected text at character 15": the first is 1. None for JSON. It shows nothing of the text,
/// which may be a secret.
std::optional<std::string> json_fault(std::string_view text);

}  // namespace partwise::config
