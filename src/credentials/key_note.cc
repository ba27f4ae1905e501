#include "credentials/key_note.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace partwise::credentials {
namespace {

constexpr std::string_view ending = "; safe to delete when that run has ended";

constexpr std::size_t longest_name = 64;  // Linux has no longer host names

std::string as_plain_name(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.'; }, '-');
  if (text.starts_with('.')) text.front() = '-';
  text.resize(std::min(text.size(), longest_name));
  return text.empty() ? "-" : text;
}

// What stands between `before` and the next `end`, which go too. None where they are not there.
std::optional<std::string_view> taken(std::string_view& text, std::string_view before,
                                      std::string_view end) {
  if (!text.starts_with(before)) return std::nullopt;
  text.remove_prefix(before.size());
  const auto size = text.find(end);
  if (size == std::string_view::npos) return std::nullopt;
  const auto part = text.substr(0, size);
  text.remove_prefix(size + end.size());
  return part;
}

std::optional<std::int64_t> number_in(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::string key_display_name(std::string_view cluster) {
  return fmt::format("{} {}", key_marker, cluster);
}

bool marked_as_ours(std::string_view display_name) {
  return display_name.starts_with(fmt::format("{} ", key_marker));
}

std::string KeyNote::text() const {
  return fmt::format("run {} key {}, host {}, pid {} begun {}, started {}{}", as_plain_name(run),
                     number, as_plain_name(host), pid, begun, utc_text(started), ending);
}

std::optional<KeyNote> key_note_from(std::string_view text) {
  const auto run = taken(text, "run ", " ");
  const auto number = number_in(taken(text, "key ", ","));
  const auto host = taken(text, " host ", ",");
  const auto pid = number_in(taken(text, " pid ", " "));
  const auto begun = number_in(taken(text, "begun ", ","));
  const auto time = taken(text, " started ", ending);
  if (!run || !number || !host || !pid || !begun || !time || !text.empty()) return std::nullopt;
  const auto started = instant_from_text(*time);
  if (!started || !plain_name(*run) || !plain_name(*host)) return std::nullopt;
  return KeyNote{std::string(*run), *number, std::string(*host), *pid, *begun, *started};
}

}  // namespace partwise::credentials
