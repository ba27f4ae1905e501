#include "kafka/metadata.h"

#include <utility>

#include "kafka/error.h"

namespace partwise::kafka {
namespace {

// The call hears no stop: so it is made anew, each time with twice the patience, for an answer may
// take long.
constexpr Millis first_slice{2'000};

}  // namespace

Result<MetadataHandle> all_metadata(Client& client, const std::stop_token& stop) {
  const struct rd_kafka_metadata* metadata = nullptr;
  auto left = client.timeout();
  auto slice = first_slice;
  auto code = RD_KAFKA_RESP_ERR__TIMED_OUT;
  while (code == RD_KAFKA_RESP_ERR__TIMED_OUT && left > Millis(0)) {
    if (stop.stop_requested()) {
      return fail(ErrorKind::interrupted, "interrupted while listing the topics");
    }
    // What is left must not become too short for an answer.
    if (left < 2 * slice) slice = left;
    code = rd_kafka_metadata(client.get(), 1, nullptr, &metadata, static_cast<int>(slice.count()));
    left -= slice;
    slice *= 2;
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return MetadataHandle(metadata);
  rd_kafka_poll(client.get(), 0);
  if (auto trouble = client.last_trouble()) return tl::unexpected(*std::move(trouble));
  return tl::unexpected(error_of(code, "list the topics"));
}

}  // namespace partwise::kafka
