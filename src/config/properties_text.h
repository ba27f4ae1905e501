// The line format of java.util.Properties.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace partwise::config {

struct PropertyLine {
  std::string name;
  std::string value;
  int line = 0;            ///< where the entry begins, from 1
  bool separated = false;  ///< something follows the name, be it only '='
};

/// Entries in order: comments (# and !), separators (=, : or blanks), escapes (\t, \n, \uXXXX, a
/// backslash before any other character) and lines continued by a trailing backslash are as in
/// java.util.Properties.load.
std::vector<PropertyLine> property_lines(std::string_view text);

}  // namespace partwise::config
