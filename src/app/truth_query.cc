#include "app/truth_query.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/sizing_options.h"
#include "base/text.h"

namespace partwise::app {
namespace {

std::string known() {
  std::vector<std::string> names;
  for (const auto& row : sizing_rows) names.emplace_back(row.name);
  return "parameters: " + joined(names, ", ");
}

bool is_known(std::string_view name) {
  return std::any_of(sizing_rows.begin(), sizing_rows.end(),
                     [&](const config::Option& row) { return row.name == name; });
}

}  // namespace

tl::expected<fleet::TruthSettings, Errors> truth_settings(
    const std::map<std::string, std::string>& query, fleet::TruthSettings otherwise) {
  config::OptionSources sources;
  sources.environment = [](std::string_view) { return std::nullopt; };
  Errors errors;
  for (const auto& [name, text] : query) {
    sources.flags[name] = {text, "?" + name};
    if (is_known(name)) continue;
    errors.push_back(
        {ErrorKind::invalid_input, fmt::format("there is no parameter {}", name), {}, {}});
  }
  const auto values = config::resolve(sizing_rows, sources);
  if (!values) errors.insert(errors.end(), values.error().begin(), values.error().end());
  if (!errors.empty()) {
    for (auto& error : errors) {
      error.hint = error.hint.empty() ? known() : fmt::format("{}; {}", error.hint, known());
      error.from.clear();
    }
    return tl::unexpected(std::move(errors));
  }
  otherwise.sizing = sizing_settings(*values, otherwise.sizing);
  if (values->given("peak_window")) otherwise.width = values->duration("peak_window");
  return otherwise;
}

}  // namespace partwise::app
