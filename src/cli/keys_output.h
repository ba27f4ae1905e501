// What the commands of `keys` print and write.
#pragma once

#include <string>

#include "base/result.h"
#include "keys/keys_report.h"

namespace partwise::cli {

struct KeysShown {
  std::string format = "table";  ///< table, csv, json
  std::string color = "auto";
  std::string out;  ///< a folder; empty: no files
};

/// Prints the report and writes its files: keys-<command>-<epoch>-{strategies.csv, partitions.csv,
/// sweep.csv, report.json, report.html}.
///
/// errors: invalid_input: a file that cannot be written; what was printed is printed
Result<> show(const keys::KeysReport& report, const KeysShown& shown);

}  // namespace partwise::cli
