#include "sizing/json_values.h"

#include <cmath>
#include <cstdint>

namespace partwise::sizing::json_values {

json number(double x) {
  if (!std::isfinite(x)) return nullptr;
  if (x == std::floor(x) && std::abs(x) < 1e15) return static_cast<std::int64_t>(x);
  const double scale = std::pow(10.0, 9 - std::ceil(std::log10(std::abs(x))));
  return std::round(x * scale) / scale;
}

std::string printed(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

}  // namespace partwise::sizing::json_values
