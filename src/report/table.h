// The recommend report for people, as a table in the terminal.
#pragma once

#include <string>

#include "report/style.h"
#include "sizing/report.h"

namespace partwise::report {

/// Heading, one row a topic, totals. `clusters` follow one another.
std::string table(const sizing::RecommendReport& run, const Style& style);

/// Why a topic got its count, in a few words.
std::string short_reason(const sizing::TopicReport& topic, const sizing::RunSettings& settings);

}  // namespace partwise::report
