// All topics and brokers, as librdkafka tells them.
#pragma once

#include "base/result.h"
#include "kafka/client.h"
#include "kafka/handle.h"

namespace partwise::kafka {

/// errors: timeout, unavailable, unauthorized: the last trouble that the client noticed, where it
/// noticed one
Result<MetadataHandle> all_metadata(Client& client);

}  // namespace partwise::kafka
