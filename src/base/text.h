// Small pure functions on text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace partwise {

/// Without the blanks at both ends.
std::string_view trimmed(std::string_view text);

/// ASCII letters in lower case; other bytes untouched.
std::string lowered(std::string_view text);

/// The parts between `separator`, trimmed, without the empty ones.
std::vector<std::string> listed(std::string_view text, char separator = ',');

std::string joined(std::span<const std::string> parts, std::string_view separator);

/// The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from `word`,
/// if that is a plausible slip: at most a third of the longer one's length.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Text from outside on one line of UTF-8 (as_utf8), without control characters and those that turn
/// its direction, and no longer than 300 bytes.
std::string quotable(std::string_view text);

/// 1 to 200 letters of ASCII, digits, '-', '_' and '.', and no '.' first: fit for the name of a
/// file.
bool plain_name(std::string_view text);

/// Columns that `text` takes on a terminal, counting each code point of UTF-8 as one.
std::size_t display_width(std::string_view text);

}  // namespace partwise
