// Rows of the report on their way: how they begin, and where they go when they are finished.
#pragma once

#include <functional>

#include "app/survey.h"
#include "sizing/report.h"

namespace partwise::app {

/// Takes each topic's row as soon as it is finished.
using TopicSink = std::function<void(sizing::TopicReport)>;

/// The row that a topic starts with: name, partitions, replication, what already failed.
sizing::TopicReport row_of(const SurveyedTopic& topic);

}  // namespace partwise::app
