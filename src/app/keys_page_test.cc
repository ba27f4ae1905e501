// docs/keys.md names every option of `partwise keys` with its variable and default, and no other.
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/cluster_options.h"
#include "app/keys_options.h"
#include "app/scan_options.h"
#include "app/verify_options.h"

namespace partwise::app {
namespace {

using Rows = std::set<std::string>;

// "| `--keys` | – | count | `1000` | distinct keys |" as "--keys – 1000".
std::string row_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (const char c : line) {
    if (c == '|') {
      cells.push_back(std::exchange(cell, {}));
    } else if (c != '`' && (c != ' ' || !cell.empty())) {
      cell += c;
    }
  }
  if (cells.size() < 6) return {};
  for (auto& each : cells) each.erase(each.find_last_not_of(' ') + 1);
  return fmt::format("{} {} {}", cells[1], cells[2], cells[4]);
}

// By command: the rows below headings that name it, as "| **simulate, verify: the keys** |".
std::map<std::string, Rows> rows_of_page() {
  std::ifstream page(PARTWISE_DOCS "/keys.md");
  std::map<std::string, Rows> rows;
  std::string line;
  std::string heading;
  while (std::getline(page, line)) {
    if (line.starts_with("| **")) heading = line.substr(4, line.find(':') - 4);
    if (!line.starts_with("| `--")) continue;
    for (const std::string command : {"simulate", "verify", "scan", "cleanup"}) {
      if (heading.find(command) != std::string::npos) rows[command].insert(row_of(line));
    }
  }
  return rows;
}

// Those that recommend.md has are left out.
Rows rows_of_table(config::OptionTable table, bool has_cluster) {
  std::set<std::string_view> elsewhere;
  if (has_cluster) {
    for (const auto& option : cluster_rows) elsewhere.insert(option.name);
  }
  Rows rows;
  for (const auto& option : table) {
    if (elsewhere.count(option.name) > 0) continue;
    rows.insert(fmt::format("{} {} {}", config::flag_of(option),
                            option.env.empty() ? "–" : option.env,
                            option.fallback.empty() ? "none" : option.fallback));
  }
  return rows;
}

TEST(KeysPage, HasEveryOptionWithItsVariableAndDefault) {
  auto rows = rows_of_page();
  EXPECT_EQ(rows["simulate"], rows_of_table(simulate_option_table(), false));
  EXPECT_EQ(rows["verify"], rows_of_table(verify_option_table(), true));
  EXPECT_EQ(rows["scan"], rows_of_table(scan_option_table(), true));
  EXPECT_EQ(rows["cleanup"], rows_of_table(cleanup_option_table(), true));
}

}  // namespace
}  // namespace partwise::app
