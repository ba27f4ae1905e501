#include "cli/settings.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/exit_status.h"
#include "cli/terminal.h"

namespace partwise::cli {
namespace {

config::Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

}  // namespace

config::Environment Settings::environment() const {
  return [this](std::string_view name) -> std::optional<std::string> {
    if (auto value = process_environment()(name)) return value;
    const auto entry = env_file.find(std::string(name));
    if (entry == env_file.end()) return std::nullopt;
    return entry->second.value;
  };
}

tl::expected<Settings, Errors> read_settings(config::OptionTable table, const ParsedLine& line) {
  const auto env_file = line.flags.find("env_file");
  const bool named = env_file != line.flags.end();
  auto entries = config::env_file_from_file(named ? env_file->second.text : ".env", named);
  if (!entries) return tl::unexpected(std::move(entries).error());
  config::OptionSources sources{line.flags, process_environment(), std::move(*entries)};
  auto values = config::resolve(table, sources);
  if (!values) return tl::unexpected(std::move(values).error());
  auto warnings = config::env_file_warnings(table, sources.env_file);
  return Settings{std::move(*values), std::move(sources.env_file), std::move(warnings)};
}

tl::expected<Settings, int> settings_or_status(config::OptionTable table, std::string (*help)(),
                                               const Arguments& arguments) {
  const auto line = parsed_line(table, arguments);
  if (!line) {
    print_errors(line.error());
    return tl::unexpected(static_cast<int>(bad_usage));
  }
  if (line->help && line->unknown.empty()) {
    fmt::print("{}", help());
    return tl::unexpected(static_cast<int>(done));
  }
  auto settings = read_settings(table, *line);
  if (!settings || !line->unknown.empty()) {
    print_errors(line->unknown);
    if (!settings) print_errors(settings.error());
    return tl::unexpected(static_cast<int>(bad_usage));
  }
  if (settings->values.boolean("show_config")) {
    print_warnings(settings->warnings);
    fmt::print("{}", config::shown(table, settings->values));
    return tl::unexpected(static_cast<int>(done));
  }
  return std::move(*settings);
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) tell(fmt::format("warning: {}\n", warning));
}

}  // namespace partwise::cli
