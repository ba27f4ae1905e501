// Measured values as JSON, the same in every JSON form of a report.
#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "base/units.h"

namespace partwise::sizing::json_values {

/// Fields stay in the order in which they are written.
using json = nlohmann::ordered_json;

/// Rounded to nine digits, more than is measured; null for what JSON has no number for.
json number(double x);

template <class T>
json optional(const std::optional<T>& x) {
  if (!x) return nullptr;
  if constexpr (std::is_floating_point_v<T>) {
    return number(*x);
  } else {
    return *x;
  }
}

/// As text, whatever bytes are in its strings: topic names and librdkafka's texts are not
/// guaranteed to be UTF-8. An indent below zero: on one line.
std::string printed(const json& value, int indent);

}  // namespace partwise::sizing::json_values
