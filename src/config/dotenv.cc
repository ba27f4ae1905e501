#include "config/dotenv.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/lines.h"
#include "base/text.h"
#include "config/file_text.h"

namespace partwise::config {
namespace {

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || c == '.' || std::isdigit(static_cast<unsigned char>(c)) != 0;
         });
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

class EnvParser {
 public:
  EnvParser(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  tl::expected<EnvFile, Errors> parse() {
    while (!text_.empty()) {
      ++line_;
      entry(next_line(text_));
    }
    if (!errors_.empty()) return tl::unexpected(std::move(errors_));
    return std::move(entries_);
  }

 private:
  void wrong(int line, std::string what, std::string hint) {
    errors_.push_back({ErrorKind::invalid_input, std::move(what), std::move(hint),
                       fmt::format("{} line {}", file_, line)});
  }

  void entry(std::string_view line) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return;
    if (line.starts_with("export ") || line.starts_with("export\t")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const auto name = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      // The line may hold a secret: it is not shown.
      return wrong(line_, "not a NAME=value line", "write NAME=value, or # before a comment");
    }
    const int first = line_;
    auto rest = trimmed(line.substr(equals + 1));
    std::string value;
    if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
      const char* kind = rest.front() == '"' ? "double" : "single";
      const auto behind = quoted(rest, value);
      if (!behind) {
        return wrong(first, fmt::format("the value of {} has an unclosed {} quote", name, kind),
                     "close it");
      }
      if (!bare(*behind, false).empty()) {
        return wrong(line_, fmt::format("text follows the closing {} quote of {}", kind, name),
                     "quote the whole value, or put a blank and # before a comment");
      }
    } else {
      value = bare(rest);
    }
    entries_[std::string(name)] = {std::move(value), fmt::format("{} line {}", file_, first)};
  }

  static std::string bare(std::string_view rest, bool after_blank = true) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (i > 0) after_blank = rest[i - 1] == ' ' || rest[i - 1] == '\t';
      if (rest[i] == '#' && after_blank) rest = rest.substr(0, i);
    }
    return std::string(trimmed(rest));
  }

  // Reads on over the following lines until the quote closes, and returns what is behind it.
  std::optional<std::string_view> quoted(std::string_view rest, std::string& value) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    while (true) {
      for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == quote) return rest.substr(i + 1);
        if (quote == '"' && rest[i] == '\\' && i + 1 < rest.size()) {
          value += unescaped(rest[++i]);
        } else {
          value += rest[i];
        }
      }
      if (text_.empty()) return std::nullopt;
      value += '\n';
      ++line_;
      rest = next_line(text_);
    }
  }

  std::string_view text_;
  const std::string& file_;
  int line_ = 0;
  EnvFile entries_;
  Errors errors_;
};

}  // namespace

tl::expected<EnvFile, Errors> env_file_from_text(std::string_view text, const std::string& file) {
  return EnvParser(text, file).parse();
}

tl::expected<EnvFile, Errors> env_file_from_file(const std::string& path, bool required) {
  std::error_code ignored;
  // A folder called .env is another program's: Python keeps environments in such.
  if (!required && std::filesystem::is_directory(path, ignored)) return EnvFile{};
  const auto text = file_text(path);
  if (!text) {
    if (!required && text.error().kind == ErrorKind::not_found) return EnvFile{};
    return tl::unexpected(Errors{{ErrorKind::invalid_input, text.error().message,
                                  "name a readable file with NAME=value lines", "--env-file"}});
  }
  return env_file_from_text(*text, path);
}

}  // namespace partwise::config
