#include "sizing/json_values.h"

#include <cmath>
#include <cstdint>

namespace partwise::sizing::json_values {

json number(double x) {
  if (!std::isfinite(x)) return nullptr;
  if (x == std::floor(x) && std::abs(x) < 1e15) return static_cast<std::int64_t>(x);
  return nine_digits(x);
}

std::string printed(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

}  // namespace partwise::sizing::json_values
