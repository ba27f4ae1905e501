#include "config/json_fault.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace partwise::config {

std::optional<std::string> json_fault(std::string_view text) {
  try {
    const auto document = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    // Its own message quotes what it read.
    const bool ended = error.byte > text.size();
    return fmt::format("{} at character {}", ended ? "unexpected end of input" : "unexpected text",
                       std::min(error.byte, text.size() + 1));
  }
  return std::nullopt;
}

}  // namespace partwise::config
