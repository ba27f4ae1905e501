#include "app/topic_rows.h"

namespace partwise::app {

sizing::TopicReport row_of(const SurveyedTopic& topic) {
  sizing::TopicReport row;
  row.name = topic.name;
  row.partitions = static_cast<int>(topic.partitions.size());
  row.replication_factor = topic.partitions.empty() ? 0 : topic.partitions.front().replicas;
  row.compacted = topic.compacted;
  row.failures = topic.failures;
  for (const auto& range : topic.ranges) row.records += range.records();
  return row;
}

}  // namespace partwise::app
