#include "config/properties_text.h"

#include <charconv>

#include "base/lines.h"
#include "base/utf8.h"

namespace partwise::config {
namespace {

constexpr std::string_view blanks = " \t\f";

std::string_view without_leading_blanks(std::string_view line) {
  const auto first = line.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{} : line.substr(first);
}

bool continues(std::string_view line) {
  std::size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// Appends what the escape at text[i] (behind the backslash) stands for; returns its last index.
std::size_t append_escaped(std::string& to, std::string_view text, std::size_t i) {
  switch (text[i]) {
    case 't':
      to += '\t';
      return i;
    case 'n':
      to += '\n';
      return i;
    case 'r':
      to += '\r';
      return i;
    case 'f':
      to += '\f';
      return i;
    case 'u': {
      unsigned code = 0;
      const auto digits = text.substr(i + 1, 4);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (error == std::errc{} && end == digits.data() + 4) {
        append_utf8(to, code);
        return i + 4;
      }
      to += 'u';
      return i;
    }
    default:
      to += text[i];
      return i;
  }
}

PropertyLine split_entry(std::string_view text, int line) {
  PropertyLine entry{{}, {}, line, false};
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '=' || c == ':' || blanks.find(c) != std::string_view::npos) break;
    if (c == '\\' && i + 1 < text.size()) {
      i = append_escaped(entry.name, text, i + 1);
    } else {
      entry.name += c;
    }
  }
  auto rest = without_leading_blanks(text.substr(i));
  entry.separated = !rest.empty();
  if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) {
    rest = without_leading_blanks(rest.substr(1));
  }
  for (i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      i = append_escaped(entry.value, rest, i + 1);
    } else {
      entry.value += rest[i];
    }
  }
  return entry;
}

}  // namespace

std::vector<PropertyLine> property_lines(std::string_view text) {
  std::vector<PropertyLine> entries;
  int line = 0;
  std::string whole;
  int first_line = 0;
  while (!text.empty()) {
    auto part = without_leading_blanks(next_line(text));
    ++line;
    const bool inside = !whole.empty();
    if (!inside && (part.empty() || part.front() == '#' || part.front() == '!')) continue;
    if (!inside) first_line = line;
    if (continues(part) && !text.empty()) {
      whole += part.substr(0, part.size() - 1);
      // An entry that is nothing yet but its continuation is still inside.
      if (whole.empty()) whole = " ";
      continue;
    }
    if (continues(part)) part.remove_suffix(1);
    whole += part;
    entries.push_back(split_entry(without_leading_blanks(whole), first_line));
    whole.clear();
  }
  if (!whole.empty()) entries.push_back(split_entry(without_leading_blanks(whole), first_line));
  return entries;
}

}  // namespace partwise::config
