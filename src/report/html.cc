#include "report/html.h"

#include <cstdint>

#include "base/check.h"

// The bundle that the build makes of web/ (tools/partwise_asset.cmake).
extern "C" const char partwise_report_page[];
extern "C" const std::uint64_t partwise_report_page_size;

namespace partwise::report {
namespace {

// Once in the bundle, which the build has made sure of.
constexpr std::string_view place = "@PARTWISE_REPORT@";

}  // namespace

std::string html_report(std::string_view report_json) {
  const std::string_view page(partwise_report_page, partwise_report_page_size);
  const auto at = page.find(place);
  CHECK(at != std::string_view::npos);
  std::string html(page.substr(0, at));
  html.reserve(page.size() + report_json.size());
  // A < is in JSON's strings alone, where it may as well be escaped: no name ends the element.
  for (const char c : report_json) {
    if (c == '<') {
      html += "\\u003c";
    } else {
      html += c;
    }
  }
  html += page.substr(at + place.size());
  return html;
}

}  // namespace partwise::report
