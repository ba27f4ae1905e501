// Patterns of paths: "/topics/{name}".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace partwise::listener {

/// What the names in braces stand for in `path`; none if it does not match. A name stands for one
/// part between slashes, which is not empty.
std::optional<std::map<std::string, std::string>> matched(std::string_view pattern,
                                                          std::string_view path);

/// Whether a Host header ("localhost:8080", "[::1]") names this machine in a way that no web page
/// can choose: an address, localhost or `own`.
bool is_own_host(std::string_view header, std::string_view own);

}  // namespace partwise::listener
