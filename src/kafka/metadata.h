// All topics and brokers, as librdkafka tells them.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "kafka/client.h"
#include "kafka/handle.h"

namespace partwise::kafka {

/// A stop is heard after a few seconds.
///
/// errors: timeout, unavailable, unauthorized: the last trouble that the client noticed, where it
/// noticed one; interrupted
Result<MetadataHandle> all_metadata(Client& client, const std::stop_token& stop);

}  // namespace partwise::kafka
