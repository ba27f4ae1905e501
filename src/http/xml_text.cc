#include "http/xml_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/utf8.h"

namespace partwise::http {
namespace {

// "lt", "#60", "#x3c" behind an ampersand.
bool append_entity(std::string& text, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> named = {
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, character] : named) {
    if (name != known) continue;
    text += character;
    return true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x');
  if (hexadecimal) name.remove_prefix(1);
  std::uint32_t point = 0;
  const char* const begin = name.data();
  const char* const end = begin + name.size();
  const auto [read, error] = std::from_chars(begin, end, point, hexadecimal ? 16 : 10);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  if (error != std::errc() || read != end || point == 0 || point > 0x10FFFF || surrogate) {
    return false;
  }
  append_utf8(text, point);
  return true;
}

std::optional<std::string> unescaped(std::string_view xml) {
  std::string text;
  while (!xml.empty()) {
    const auto ampersand = std::min(xml.find('&'), xml.size());
    text += xml.substr(0, ampersand);
    xml.remove_prefix(ampersand);
    if (xml.empty()) break;
    const auto end = xml.find(';');
    if (end == std::string_view::npos || !append_entity(text, xml.substr(1, end - 1))) {
      return std::nullopt;
    }
    xml.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

std::optional<std::string> xml_text(std::string_view xml, std::string_view element) {
  const auto opening = fmt::format("<{}>", element);
  const auto begin = xml.find(opening);
  if (begin == std::string_view::npos) return std::nullopt;
  xml.remove_prefix(begin + opening.size());
  const auto end = xml.find('<');
  if (end == std::string_view::npos ||
      !xml.substr(end).starts_with(fmt::format("</{}>", element))) {
    return std::nullopt;
  }
  return unescaped(trimmed(xml.substr(0, end)));
}

}  // namespace partwise::http
