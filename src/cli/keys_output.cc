#include "cli/keys_output.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/settings.h"
#include "cli/terminal.h"
#include "report/html.h"
#include "report/keys_csv.h"
#include "report/keys_table.h"
#include "report/out_folder.h"

namespace partwise::cli {
namespace {

struct File {
  std::string name;
  std::string text;
};

std::vector<File> files_of(const keys::KeysReport& report) {
  const auto epoch =
      std::chrono::floor<std::chrono::seconds>(report.started).time_since_epoch().count();
  const auto named = [&](const char* rest) {
    return fmt::format("keys-{}-{}-{}", report.command, epoch, rest);
  };
  std::vector<File> files;
  if (!report.strategies.empty()) {
    files.push_back({named("strategies.csv"), report::strategies_csv(report)});
    files.push_back({named("partitions.csv"), report::partitions_csv(report)});
  }
  if (report.sweep) files.push_back({named("sweep.csv"), report::sweep_csv(report)});
  auto json = keys::to_json(report);
  files.push_back({named("report.html"), report::html_report(json)});
  files.push_back({named("report.json"), std::move(json)});
  return files;
}

void print(const keys::KeysReport& report, const KeysShown& shown) {
  if (shown.format == "json") {
    fmt::print("{}", keys::to_json(report));
  } else if (shown.format == "csv") {
    print_warnings(report.warnings);  // a table and JSON have them
    fmt::print("{}", report.sweep ? report::sweep_csv(report) : report::strategies_csv(report));
  } else {
    fmt::print("{}", report::table(report, style_for(shown.color)));
  }
}

}  // namespace

Result<> show(const keys::KeysReport& report, const KeysShown& shown) {
  print(report, shown);
  if (shown.out.empty()) return {};
  const auto folder = TRY(report::OutFolder::open(shown.out));
  std::string text;
  for (const auto& file : files_of(report)) {
    TRY(folder.write(file.name, file.text));
    text += fmt::format("  Written: {}\n", folder.path(file.name));
  }
  if (shown.format == "table") {
    fmt::print("{}", text);
  } else {
    tell(text);
  }
  return {};
}

}  // namespace partwise::cli
