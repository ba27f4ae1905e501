// A command's settings from all the places that they can come from.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command_line.h"
#include "config/option.h"

namespace partwise::cli {

struct Settings {
  config::OptionValues values;
  config::EnvFile env_file;
  std::vector<std::string> warnings;

  /// The process's variables, and below them in rank those of the .env file. It must not outlive
  /// this.
  [[nodiscard]] config::Environment environment() const;
};

/// Flags, environment, the file that --env-file names or .env, defaults. The table has a row
/// env_file.
///
/// errors: invalid_input, all of them together
tl::expected<Settings, Errors> read_settings(config::OptionTable table, const ParsedLine& line);

/// What every command does with its line: help, wrong words and flags, --show-config. The settings
/// when there is something to run; else the exit status.
tl::expected<Settings, int> settings_or_status(config::OptionTable table, std::string (*help)(),
                                               const Arguments& arguments);

void print_warnings(const std::vector<std::string>& warnings);

}  // namespace partwise::cli
