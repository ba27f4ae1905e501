// The one JSON form of a recommend report.
#pragma once

#include <string>

#include "sizing/report.h"

namespace partwise::sizing {

/// Two blanks an indent. Fields are listed in docs/recommend.md; `schema` names their version.
std::string to_json(const RecommendReport& report);

/// The report of one cluster alone, in the same form.
std::string to_json(const RecommendReport& report, const ClusterReport& cluster);

inline constexpr const char* report_schema = "partwise.recommend/1";

}  // namespace partwise::sizing
