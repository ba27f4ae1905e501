// Answers of the Confluent Cloud Metrics API, page by page.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace partwise::metrics {

struct MetricPoint {
  Instant time;  ///< at which the bucket begins
  double value = 0;
};

struct MetricSeries {
  std::string topic;  ///< empty, where it was not asked by topic
  int partition = -1;
  std::vector<MetricPoint> points;  ///< in any order, and only of buckets that have a value
};

struct MetricPage {
  std::vector<MetricSeries> series;  ///< one may be there in parts
  std::int64_t unusable = 0;         ///< points without a time, or a number from 0 on; left out
  std::string next_token;            ///< empty: this is the last page
};

/// Of which topics the points are kept.
using Wanted = std::function<bool(std::string_view topic)>;

/// Reads both forms of an answer, each group by itself: no more than one is in memory beside what
/// is wanted. Fields that are not known are left aside.
///
/// errors: corrupt, for what is no JSON object with a list of data
Result<MetricPage> page_from(std::string_view body, const Wanted& wanted);

struct MetricDescriptor {
  std::string name;                 ///< without the prefix
  std::vector<std::string> labels;  ///< "topic", "partition": without "metric."
};

struct DescriptorPage {
  std::vector<MetricDescriptor> metrics;  ///< of Kafka clusters alone
  std::string next_token;
};

/// errors: as of page_from
Result<DescriptorPage> descriptors_from(std::string_view body);

}  // namespace partwise::metrics
