#include "http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "http/parsed_url.h"

namespace partwise::http {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// The byte that two digits stand for.
std::optional<char> byte_of(std::string_view digits) {
  unsigned value = 0;
  const auto read = std::from_chars(digits.begin(), digits.end(), value, 16);
  if (digits.size() != 2 || read.ec != std::errc() || read.ptr != digits.end()) {
    return std::nullopt;
  }
  return static_cast<char>(value);
}

// Of a query, where "+" is a blank.
std::string decoded(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return percent_decoded(blanks);
}

tl::unexpected<Error> no_url(std::string_view reason) {
  return fail(ErrorKind::invalid_input, fmt::format("a URL cannot be used: {}", reason),
              "give an absolute URL, such as https://api.example.com/path");
}

std::optional<std::uint32_t> four_of(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<in6_addr> six_of(const std::string& host) {
  in6_addr address{};
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  const auto plain = host.substr(1, host.size() - 2);
  if (inet_pton(AF_INET6, plain.c_str(), &address) != 1) return std::nullopt;
  return address;
}

struct CurlText {
  void operator()(char* text) const { curl_free(text); }
};

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view kept) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? byte_of(text.substr(i + 1, 2)) : std::nullopt;
    plain += byte.value_or(text[i]);
    if (byte) i += 2;
  }
  return plain;
}

std::string url_of(std::string_view base, std::string_view path,
                   std::span<const QueryParameter> query) {
  while (base.ends_with('/')) base.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  auto url = fmt::format("{}/{}", base, path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += fmt::format("{}{}={}", separator, percent_encoded(name), percent_encoded(value));
    separator = '&';
  }
  return url;
}

Result<ParsedUrl> parsed_url(const std::string& url) {
  // libcurl would stop reading at the first one.
  if (url.find('\0') != std::string::npos) return no_url("it has a zero byte");
  ParsedUrl parsed(curl_url());
  if (!parsed) return fail(ErrorKind::limit, "there is no memory for a URL");
  const auto code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(),
                                 CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED) {
    return fail(ErrorKind::invalid_input, "a URL has a user or a password before its host",
                "give the login by its own settings: URLs end up in logs");
  }
  if (code != CURLUE_OK) return no_url(curl_url_strerror(code));
  return parsed;
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  const std::unique_ptr<char, CurlText> owned(text);
  return text;
}

Result<std::optional<std::string>> query_value(const std::string& url, std::string_view name) {
  const auto parsed = TRY(parsed_url(url));
  const auto query = part_of(parsed.get(), CURLUPART_QUERY);
  for (std::string_view rest = query; !rest.empty();) {
    const auto parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), parameter.size() + 1));
    const auto equals = parameter.find('=');
    if (decoded(parameter.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? "" : decoded(parameter.substr(equals + 1));
  }
  return std::nullopt;
}

std::string Origin::address() const { return fmt::format("{}:{}", host, port); }

bool Origin::is_loopback() const {
  if (host == "localhost") return true;
  if (const auto four = four_of(host)) return (*four >> 24) == 127;
  const auto six = six_of(host);
  return six && IN6_IS_ADDR_LOOPBACK(&*six);
}

bool Origin::is_link_local() const {
  if (const auto four = four_of(host)) return (*four >> 16) == 0xA9FE;
  const auto six = six_of(host);
  if (!six) return false;
  const std::span bytes(six->s6_addr);
  const bool of_aws = bytes[0] == 0xFD && bytes[1] == 0 && bytes[2] == 0x0E && bytes[3] == 0xC2;
  return of_aws || IN6_IS_ADDR_LINKLOCAL(&*six);
}

Result<Origin> origin_of(const std::string& url) {
  const auto parsed = TRY(parsed_url(url));
  Origin origin;
  origin.scheme = lowered(part_of(parsed.get(), CURLUPART_SCHEME));
  if (origin.scheme != "http" && origin.scheme != "https") {
    return no_url(fmt::format("it is of {}, not of http or https", origin.scheme));
  }
  origin.host = lowered(part_of(parsed.get(), CURLUPART_HOST));
  const auto port = part_of(parsed.get(), CURLUPART_PORT);
  std::from_chars(port.data(), port.data() + port.size(), origin.port);
  if (origin.port == 0) return no_url("its port is 0");
  return origin;
}

Result<Origin> service_origin(const std::string& url) {
  auto origin = TRY(origin_of(url));
  if (url.find_first_of("?#") != std::string::npos) {
    return fail(ErrorKind::invalid_input, "a service's URL has more than an address and a path",
                "leave out what begins with ? or #");
  }
  return origin;
}

}  // namespace partwise::http
