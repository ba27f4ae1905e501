#include "service/call.h"

#include <fmt/format.h>

namespace partwise::service {

bool Call::parsed() {
  if (body.ok()) return true;
  refuse(fmt::format("a {} request (version {}) that ends early or makes no sense", api.name,
                     version));
  return false;
}

void write_error(protocol::Writer& writer, protocol::ErrorCode code) {
  writer.int16(static_cast<std::int16_t>(code));
}

void write_message(protocol::Writer& writer, std::string_view message) {
  writer.nullable_text(message.empty() ? std::nullopt : std::optional(message));
}

}  // namespace partwise::service
