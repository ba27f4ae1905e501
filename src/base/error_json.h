// How reports tell an error as JSON.
#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace partwise {

/// {kind, message, hint}, the hint empty where there is none; null where nothing is wrong.
nlohmann::ordered_json error_json(const std::optional<Error>& error);

}  // namespace partwise
