// The page around a report. What a browser makes of it is tested in web/browser.
#include "report/html.h"

#include <regex>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace partwise::report {
namespace {

std::string report_in(const std::string& html) {
  const std::string start = R"(<script type="application/json" id="report">)";
  const auto from = html.find(start) + start.size();
  return html.substr(from, html.find("</script>", from) - from);
}

TEST(HtmlReport, HoldsTheReportAndNothingElseOfThePage) {
  const nlohmann::json report = {{"schema", "partwise.recommend/1"}, {"clusters", {}}};
  const auto html = html_report(report.dump(2));
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
  EXPECT_EQ(nlohmann::json::parse(report_in(html)), report);
  EXPECT_EQ(html.find("@PARTWISE"), std::string::npos);
}

TEST(HtmlReport, KeepsNamesThatWouldEndItsElement) {
  for (const std::string name :
       {"</script><script>alert(1)</script>", "<!--<script>", "</SCRIPT >", "]]>", "a\\u003cb",
        "\xE2\x80\xA8line", "@PARTWISE_REPORT@", "&lt;/script&gt;"}) {
    const nlohmann::json report = {{"name", name}};
    const auto html = html_report(report.dump());
    EXPECT_EQ(nlohmann::json::parse(report_in(html)), report) << name;
    EXPECT_EQ(html.size() - html_report("").size(),
              report_in(html).size() - report_in(html_report("")).size());
  }
}

TEST(HtmlReport, IsSmallAndNamesNothingOutside) {
  const auto html = html_report("{}");
  EXPECT_LT(html.size(), 150U * 1024);
  // Names of XML's languages are no addresses: nothing is asked for there.
  const auto bare = std::regex_replace(html, std::regex("http://www\\.w3\\.org/[0-9A-Za-z/]+"), "");
  EXPECT_EQ(bare.find("http:"), std::string::npos) << bare.substr(bare.find("http:"), 80);
  EXPECT_EQ(bare.find("https:"), std::string::npos);
  EXPECT_EQ(bare.find("@import"), std::string::npos);
  EXPECT_EQ(bare.find("src=\""), std::string::npos);
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

}  // namespace
}  // namespace partwise::report
