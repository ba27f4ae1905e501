#include "base/topic_name.h"

#include <algorithm>

#include <fmt/format.h>

namespace partwise {

Result<> check_topic_name(std::string_view name) {
  constexpr std::size_t longest = 249;
  const bool allowed = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (allowed && !name.empty() && name.size() <= longest && name != "." && name != "..") return {};
  return fail(ErrorKind::invalid_input, fmt::format("'{}' cannot be the name of a topic", name),
              "1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-', but not '.' or '..'");
}

}  // namespace partwise
