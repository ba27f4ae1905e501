#include "listener/route_pattern.h"

#include <arpa/inet.h>

#include <array>

#include "base/text.h"

namespace partwise::listener {
namespace {

std::string_view cut_part(std::string_view& path) {
  const auto end = path.find('/');
  const auto part = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  return part;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

// Without the port, and without the brackets of an IPv6 address.
std::string_view without_port(std::string_view header) {
  if (header.starts_with('[')) {
    const auto end = header.find(']');
    return end == std::string_view::npos ? header : header.substr(1, end - 1);
  }
  return header.substr(0, header.find(':'));
}

}  // namespace

std::optional<std::map<std::string, std::string>> matched(std::string_view pattern,
                                                          std::string_view path) {
  std::map<std::string, std::string> found;
  while (!pattern.empty() && !path.empty()) {
    if (!pattern.starts_with('/') || !path.starts_with('/')) return std::nullopt;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const auto wanted = cut_part(pattern);
    const auto part = cut_part(path);
    if (wanted.size() > 2 && wanted.starts_with('{') && wanted.ends_with('}')) {
      if (part.empty()) return std::nullopt;
      found.emplace(wanted.substr(1, wanted.size() - 2), part);
    } else if (wanted != part) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return found;
}

bool is_own_host(std::string_view header, std::string_view own) {
  const auto host = lowered(without_port(header));
  return host == "localhost" || host == lowered(own) || is_address(host);
}

}  // namespace partwise::listener
