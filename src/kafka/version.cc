#include "kafka/version.h"

#include <librdkafka/rdkafka.h>

namespace partwise::kafka {

std::string library_version() { return rd_kafka_version_str(); }

}  // namespace partwise::kafka
