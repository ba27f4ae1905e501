#include "credentials/url.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::credentials {
namespace {

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool usable_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(),
                                      [](char c) { return unreserved(c) || c == ':' || c == '%'; });
}

bool usable_port(std::string_view port) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number > 0 && number <= 65535;
}

// "host", "host:port", "[::1]:port" into host and port.
bool take_authority(std::string_view authority, Url& url) {
  std::string_view host = authority;
  std::string_view behind;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return false;
    host = authority.substr(1, end - 1);
    behind = authority.substr(end + 1);
  } else {
    const auto colon = authority.find(':');
    host = authority.substr(0, colon);
    if (colon != std::string_view::npos) behind = authority.substr(colon);
  }
  if (!usable_host(host)) return false;
  url.host = lowered(host);
  if (behind.empty()) return true;
  if (behind.front() != ':') return false;
  url.port = behind.substr(1);
  return usable_port(url.port);
}

}  // namespace

std::string Url::authority() const {
  const auto shown = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  const bool usual = port.empty() || port == (scheme == "https" ? "443" : "80");
  return usual ? shown : fmt::format("{}:{}", shown, port);
}

std::optional<Url> url_from_text(std::string_view text) {
  Url url;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  url.scheme = lowered(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  auto rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  if (!take_authority(rest.substr(0, authority_end), url)) return std::nullopt;
  rest.remove_prefix(authority_end);
  const auto question = std::min(rest.find('?'), rest.size());
  url.path = rest.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question < rest.size()) url.query = rest.substr(question + 1);
  return url;
}

}  // namespace partwise::credentials
