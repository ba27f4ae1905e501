#include "kafka/metadata.h"

#include <utility>

#include "kafka/error.h"

namespace partwise::kafka {

Result<MetadataHandle> all_metadata(Client& client) {
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.get(), 1, nullptr, &metadata,
                                      static_cast<int>(client.timeout().count()));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return MetadataHandle(metadata);
  rd_kafka_poll(client.get(), 0);
  if (auto trouble = client.last_trouble()) return tl::unexpected(*std::move(trouble));
  return tl::unexpected(error_of(code, "list the topics"));
}

}  // namespace partwise::kafka
