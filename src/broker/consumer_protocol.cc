#include "broker/consumer_protocol.h"

#include "protocol/bytes.h"

namespace partwise::broker {

std::optional<std::set<std::string>> subscribed_topics(std::string_view metadata) {
  protocol::Reader reader(metadata);
  const auto version = reader.int16();
  std::set<std::string> topics;
  reader.each([&] { topics.emplace(reader.text()); });
  reader.nullable_bytes();  // the assignor's own data
  if (!reader.ok() || version < 0) return std::nullopt;
  return topics;
}

}  // namespace partwise::broker
