#include "fleet/topic_spec.h"

#include <algorithm>

#include <fmt/format.h>

namespace partwise::fleet {

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::none:
      return "none";
    case Codec::gzip:
      return "gzip";
    case Codec::snappy:
      return "snappy";
    case Codec::lz4:
      return "lz4";
    case Codec::zstd:
      return "zstd";
  }
  return "none";
}

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

bool is_compacted(const TopicSpec& spec) {
  const auto policy = spec.configs.find("cleanup.policy");
  return policy != spec.configs.end() && policy->second.find("compact") != std::string::npos;
}

}  // namespace partwise::fleet
