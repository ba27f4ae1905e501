#include "base/error_json.h"

#include <nlohmann/json.hpp>

namespace partwise {

nlohmann::ordered_json error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return {{"kind", name_of(error->kind)}, {"message", error->message}, {"hint", error->hint}};
}

}  // namespace partwise
