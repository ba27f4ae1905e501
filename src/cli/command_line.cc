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

/// What is left over of a line, told without what may be a secret: where quotes are missing, the
/// shell takes a secret apart into words.
class UnknownWords {
 public:
  UnknownWords(OptionTable table, const Arguments& line) : line_(line) {
    for (const auto& option : table) flags_.push_back(config::flag_of(option));
    for (const auto& word : line) {
      if (!word.starts_with("--")) continue;
      const auto close = nearest(flag_in(word), flags_);
      for (const auto& option : table) {
        if (option.secret && close == config::flag_of(option)) secret_flag_ = *close;
      }
    }
    flags_.emplace_back("--help");
  }

  /// Takes out the first word that belongs to no flag. Not where it may be a piece of a secret,
  /// unless it comes before all flags.
  std::optional<std::string> take_bare(std::vector<std::string>& left_over) const {
    bool may_be_a_value = false;
    for (auto word = left_over.begin(); word != left_over.end(); ++word) {
      const bool flag = word->starts_with("-");
      if (!flag && !may_be_a_value && (secret_flag_.empty() || *word == line_.front())) {
        auto bare = std::move(*word);
        left_over.erase(word);
        return bare;
      }
      may_be_a_value = flag && word->find('=') == std::string::npos;
    }
    return std::nullopt;
  }

  // Values of flags that are themselves unknown are not another mistake.
  Errors errors(const std::vector<std::string>& left_over) {
    bool may_be_a_value = false;
    for (const auto& word : left_over) {
      const auto position = position_of(word);
      const bool flag = word.starts_with("-");
      if (flag) add_flag(flag_in(word), position);
      if (!flag && !may_be_a_value) add_stray(word, position);
      may_be_a_value = flag && word.find('=') == std::string::npos;
    }
    return std::move(errors_);
  }

 private:
  static std::string flag_in(const std::string& word) { return word.substr(0, word.find('=')); }

  void wrong(std::string what, std::string hint) {
    errors_.push_back({ErrorKind::invalid_input, std::move(what), std::move(hint), {}});
  }

  // From 1, behind the command. What follows a known flag is its value, and not left over.
  std::size_t position_of(const std::string& word) {
    while (next_ < line_.size()) {
      const auto at = next_++;
      const bool value =
          at > 0 && std::find(flags_.begin(), flags_.end(), line_[at - 1]) != flags_.end();
      if (line_[at] == word && !value) return at + 1;
    }
    return line_.size();
  }

  void add_stray(const std::string& word, std::size_t position) {
    if (!secret_flag_.empty()) return add_hidden(position);
    wrong(fmt::format("'{}' is not understood here (word {} behind the command)", word, position),
          "settings are given as --flag VALUE");
  }

  void add_flag(const std::string& flag, std::size_t position) {
    const auto close = nearest(flag, flags_);
    if (!close && !secret_flag_.empty()) return add_hidden(position);
    wrong(fmt::format("unknown flag {}", flag),
          close ? *close : "partwise help lists the commands, --help a command's flags");
  }

  // The first piece stands for all.
  void add_hidden(std::size_t position) {
    if (std::exchange(hidden_told_, true)) return;
    wrong(fmt::format("word {} behind the command is not understood", position),
          fmt::format("single quotes around the whole value of {}", secret_flag_));
  }

  const Arguments& line_;
  std::vector<std::string> flags_;
  std::string secret_flag_;  ///< on the line, perhaps misspelt; empty: none
  std::size_t next_ = 0;
  bool hidden_told_ = false;
  Errors errors_;
};

struct Slot {
  const Option* option;
  std::string text;
  CLI::Option* parsed;
};

void add_slot(CLI::App& parser, Slot& slot) {
  slot.parsed = parser.add_option(config::flag_of(*slot.option), slot.text);
  if (slot.option->repeatable) {
    slot.parsed->join(',');
  } else {
    slot.parsed->take_last();
  }
  if (slot.option->type == OptionType::boolean) slot.parsed->expected(0, 1);
}

// "scan orders --show-keys", "scan --from 6h orders", also "scan --show-keys orders".
void take_bare_word(std::vector<Slot>& slots, const UnknownWords& unknown,
                    std::vector<std::string>& left_over) {
  const auto bare =
      std::find_if(slots.begin(), slots.end(), [](const Slot& slot) { return slot.option->bare; });
  if (bare == slots.end() || bare->parsed->count() > 0) return;
  if (auto word = unknown.take_bare(left_over)) {
    bare->text = std::move(*word);
    return;
  }
  for (auto& slot : slots) {
    if (slot.option->type != OptionType::boolean || slot.text.empty() ||
        config::boolean_from_text(slot.text)) {
      continue;
    }
    bare->text = std::exchange(slot.text, {});
    return;
  }
}

// "--flag VALUE" where VALUE begins with a dash: the library takes it for a flag.
Error missing_value(const CLI::ParseError& error) {
  const std::string what = error.what();
  return {ErrorKind::invalid_input,
          fmt::format("{} has no value", what.substr(0, what.find(':'))),
          "--flag VALUE, or --flag=VALUE where the value begins with a dash",
          {}};
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
  ParsedLine line;
  line.help = help;
  auto left_over = parser.remaining();
  UnknownWords unknown(table, arguments);
  take_bare_word(slots, unknown, left_over);
  line.unknown = unknown.errors(left_over);
  for (const auto& [option, text, parsed] : slots) {
    if (parsed->count() == 0 && text.empty()) continue;
    const bool alone = option->type == OptionType::boolean && text.empty();
    line.flags[std::string(option->name)] = Given{alone ? "True" : text, config::flag_of(*option)};
  }
  return line;
}

}  // namespace partwise::cli
