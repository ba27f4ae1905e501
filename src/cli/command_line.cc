#include "cli/command_line.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"

namespace partwise::cli {
namespace {

using config::Given;
using config::Option;
using config::OptionTable;
using config::OptionType;

Error unknown(const std::string& word, OptionTable table) {
  if (!word.starts_with("-")) {
    return {ErrorKind::invalid_input,
            fmt::format("'{}' is not understood here", word),
            "settings are given as --flag VALUE",
            {}};
  }
  std::vector<std::string> flags = {"--help"};
  for (const auto& option : table) flags.push_back(config::flag_of(option));
  const auto flag = word.substr(0, word.find('='));
  const auto close = nearest(flag, flags);
  return {ErrorKind::invalid_input,
          fmt::format("unknown flag {}", flag),
          close ? *close : "partwise help lists the commands, --help a command's flags",
          {}};
}

struct Slot {
  const Option* option;
  std::string text;
  CLI::Option* parsed;
};

void add_slot(CLI::App& parser, Slot& slot) {
  slot.parsed = parser.add_option(config::flag_of(*slot.option), slot.text);
  slot.parsed->take_last();
  if (slot.option->type == OptionType::boolean) slot.parsed->expected(0, 1);
}

// "--flag VALUE" where VALUE begins with a dash: the library takes it for a flag.
Error missing_value(const CLI::ParseError& error) {
  const std::string what = error.what();
  return {ErrorKind::invalid_input,
          fmt::format("{} has no value", what.substr(0, what.find(':'))),
          "--flag VALUE, or --flag=VALUE where the value begins with a dash",
          {}};
}

// What is left over, without the values of flags that are themselves unknown.
Errors unknown_words(const std::vector<std::string>& words, OptionTable table) {
  Errors errors;
  bool may_be_a_value = false;
  for (const auto& word : words) {
    const bool flag = word.starts_with("-");
    if (flag || !may_be_a_value) errors.push_back(unknown(word, table));
    may_be_a_value = flag && word.find('=') == std::string::npos;
  }
  return errors;
}

}  // namespace

tl::expected<ParsedLine, Errors> parsed_line(OptionTable table, const Arguments& arguments) {
  CLI::App parser;
  parser.allow_extras();
  parser.set_help_flag();
  bool help = false;
  parser.add_flag("-h,--help", help);
  std::vector<Slot> slots;
  slots.reserve(table.size());  // the library keeps pointers into it
  for (const auto& option : table) {
    slots.push_back({&option, {}, nullptr});
    add_slot(parser, slots.back());
  }
  try {
    auto reversed = Arguments(arguments.rbegin(), arguments.rend());
    parser.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(Errors{missing_value(error)});
  }
  auto errors = unknown_words(parser.remaining(), table);
  if (!errors.empty()) return tl::unexpected(std::move(errors));

  ParsedLine line;
  line.help = help;
  for (const auto& [option, text, parsed] : slots) {
    if (parsed->count() == 0) continue;
    const bool alone = option->type == OptionType::boolean && text.empty();
    line.flags[std::string(option->name)] = Given{alone ? "True" : text, config::flag_of(*option)};
  }
  return line;
}

}  // namespace partwise::cli
