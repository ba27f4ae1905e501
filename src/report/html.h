// A report as a page for browsers: one file, which needs nothing beside it.
#pragma once

#include <string>
#include <string_view>

namespace partwise::report {

/// The page of web/ with `report_json` inside. The page chooses by the report's schema what it
/// shows; nothing in the report can end the element that it stands in.
///
/// shape: a whole JSON document in UTF-8
std::string html_report(std::string_view report_json);

}  // namespace partwise::report
