// A query of the Confluent Cloud Metrics API as JSON.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"

namespace partwise::metrics {

enum class Granularity { minute, hour };

struct ConfluentQuery {
  std::string cluster_id;  ///< "lkc-..."
  std::string metric;      ///< "received_bytes", without "io.confluent.kafka.server/"
  Granularity granularity = Granularity::hour;
  Instant start;
  Instant end;                      ///< of minutes: at most 6 hours after the start
  std::vector<std::string> topics;  ///< these alone; empty: all
  bool by_topic = true;             ///< else of the cluster as a whole, and in one page
  bool by_partition = false;        ///< of each topic
};

/// The body of the request, the same each time, as paging needs it. Which function joins the values
/// of a bucket is left to the service, which knows what each metric is.
std::string body_of(const ConfluentQuery& query);

}  // namespace partwise::metrics
