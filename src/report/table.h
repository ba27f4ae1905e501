// The recommend report for people, as a table in the terminal.
#pragma once

#include <map>
#include <string>

#include "report/style.h"
#include "sizing/report.h"

namespace partwise::report {

/// What is right for each topic, where that is known: counts by name.
using TruthColumn = std::map<std::string, int>;

/// Heading, one row a topic, totals. `clusters` follow one another. With `truth`, a column of it,
/// and a line that says how many counts are right.
std::string table(const sizing::RecommendReport& run, const Style& style,
                  const TruthColumn* truth = nullptr);

/// Why a topic got its count, in a few words.
std::string short_reason(const sizing::TopicReport& topic, const sizing::RunSettings& settings);

}  // namespace partwise::report
