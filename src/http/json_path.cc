#include "http/json_path.h"

#include <limits>

#include <nlohmann/json.hpp>

namespace partwise::http {

using nlohmann::json;

const json* value_at(const json& document, std::initializer_list<const char*> path) {
  const json* value = &document;
  for (const auto* name : path) {
    if (!value->is_object()) return nullptr;
    const auto found = value->find(name);
    if (found == value->end()) return nullptr;
    value = &*found;
  }
  return value;
}

std::string text_at(const json& document, std::initializer_list<const char*> path) {
  const auto* value = value_at(document, path);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

std::string first_text(const json& document, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    const auto* value = value_at(document, {name});
    if (value != nullptr && value->is_string()) return value->get<std::string>();
  }
  return {};
}

std::optional<std::int64_t> count_at(const json& document,
                                     std::initializer_list<const char*> path) {
  const auto* value = value_at(document, path);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  const auto number = value->get<std::uint64_t>();
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace partwise::http
