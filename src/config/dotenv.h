// The .env file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::config {

struct EnvEntry {
  std::string value;
  std::string from;  ///< ".env line 3"
};

using EnvFile = std::map<std::string, EnvEntry>;

/// NAME=value lines; `export ` before a name, comments (# at the start, or after a blank), blank
/// lines, CRLF and a byte order mark are understood. Values in single quotes are literal, in
/// double quotes \n, \t, \" and \\ are escapes; a quoted value may span lines, and only a comment
/// may follow it. Nothing is expanded. The last of two entries with one name wins.
///
/// errors: invalid_input for every bad line, naming it
tl::expected<EnvFile, Errors> env_file_from_text(std::string_view text, const std::string& file);

/// Reads a file. A missing one is empty unless `required`.
tl::expected<EnvFile, Errors> env_file_from_file(const std::string& path, bool required);

}  // namespace partwise::config
