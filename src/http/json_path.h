// Reading JSON from outside, where any member may be absent or of another type.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace partwise::http {

/// The value behind a path of members; null where there is none.
const nlohmann::json* value_at(const nlohmann::json& document,
                               std::initializer_list<const char*> path);

/// Empty where there is none or it is no text.
std::string text_at(const nlohmann::json& document, std::initializer_list<const char*> path);

/// Of the first member with one of these names that is a text; empty where none is.
std::string first_text(const nlohmann::json& document, std::initializer_list<const char*> names);

/// None where there is none or it is no whole number from 0 to 2^63 - 1.
std::optional<std::int64_t> count_at(const nlohmann::json& document,
                                     std::initializer_list<const char*> path);

}  // namespace partwise::http
