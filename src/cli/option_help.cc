#include "cli/option_help.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace partwise::cli {
namespace {

constexpr std::size_t column = 34;
constexpr std::size_t width = 100;

std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  std::string lines;
  std::size_t at = 0;
  while (words >> word) {
    if (at > 0 && column + at + 1 + word.size() > width) {
      lines += "\n" + std::string(column, ' ');
      at = 0;
    }
    if (at > 0) lines += ' ';
    at += word.size() + (at > 0 ? 1 : 0);
    lines += word;
  }
  return lines;
}

std::string origin(const config::Option& option) {
  std::string text;
  if (!option.env.empty()) text += std::string(option.env);
  if (!option.fallback.empty()) {
    text += fmt::format("{}default {}", text.empty() ? "" : ", ", option.fallback);
  }
  return text.empty() ? text : " [" + text + "]";
}

std::string option_help(const config::Option& option) {
  auto head = "  " + config::flag_of(option);
  if (!option.choices.empty()) {
    head += " " + std::string(option.choices);
  } else if (!option.value_name.empty()) {
    head += " " + std::string(option.value_name);
  }
  // A long flag has its text below it.
  head += head.size() + 2 > column ? "\n" + std::string(column, ' ')
                                   : std::string(column - head.size(), ' ');
  return head + wrapped(std::string(option.help) + origin(option)) + "\n";
}

}  // namespace

std::string options_help(config::OptionTable table) {
  std::string text;
  std::string_view group;
  for (const auto& option : table) {
    if (option.group != group) text += fmt::format("\n{}:\n", group = option.group);
    text += option_help(option);
  }
  return text;
}

}  // namespace partwise::cli
