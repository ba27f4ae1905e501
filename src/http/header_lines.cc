#include "http/header_lines.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/text.h"

namespace partwise::http {
namespace {

using config::Secret;

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool has_header(const Request& request, std::string_view name) {
  return std::ranges::any_of(request.headers,
                             [&](const auto& header) { return lowered(header.name) == name; });
}

// Its room is taken at once: growing would leave parts of a secret behind.
Secret line_of(std::string_view start, std::string_view rest) {
  std::string line;
  line.reserve(start.size() + rest.size() + 1);
  line += start;
  line += rest;
  return Secret(std::move(line));
}

Result<Secret> header_line(const Header& header) {
  if (!is_token(header.name)) {
    return fail(ErrorKind::invalid_input,
                fmt::format("a header's name of {} bytes is none", header.name.size()),
                "names have letters, digits and marks, no blanks");
  }
  if (has_control(header.value)) {
    return fail(ErrorKind::invalid_input,
                fmt::format("the value of the header {} has a control character", header.name));
  }
  // Without a value libcurl would take it as a wish to leave the header out.
  if (trimmed(header.value).empty()) return line_of(header.name, ";");
  return line_of(header.name + ": ", header.value);
}

// RFC 7617.
Result<Secret> login_line(const Login& login) {
  if (login.user.find(':') != std::string::npos || has_control(login.user) ||
      has_control(login.password.reveal())) {
    return fail(ErrorKind::invalid_input,
                "a login has a colon in its user or a control character, which HTTP cannot carry");
  }
  const auto plain = line_of(login.user + ":", login.password.reveal());
  constexpr std::string_view start = "Authorization: Basic ";
  const auto& bytes = plain.reveal();
  std::string encoded(start.size() + ((bytes.size() + 2) / 3 * 4) + 1, '\0');
  std::ranges::copy(start, encoded.begin());
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data() + start.size()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  encoded.resize(start.size() + static_cast<std::size_t>(size));
  return Secret(std::move(encoded));
}

Result<Secret> bearer_line(const Secret& token) {
  if (has_control(token.reveal())) {
    return fail(ErrorKind::invalid_input, "a bearer token has a control character",
                "a line end at the end of a file is the usual reason");
  }
  return line_of("Authorization: Bearer ", token.reveal());
}

}  // namespace

Result<std::vector<Secret>> header_lines(const Request& request) {
  std::vector<Secret> lines;
  for (const auto& header : request.headers) lines.push_back(TRY(header_line(header)));
  if (request.login && !request.bearer.empty()) {
    return fail(ErrorKind::invalid_input, "a request has both a login and a bearer token");
  }
  if (request.login) lines.push_back(TRY(login_line(*request.login)));
  if (!request.bearer.empty()) lines.push_back(TRY(bearer_line(request.bearer)));
  // libcurl would add these two: a pause before large bodies, and a type that nobody gave.
  for (const std::string_view name : {"expect", "content-type"}) {
    if (!has_header(request, name)) lines.push_back(line_of(name, ":"));
  }
  return lines;
}

std::vector<curl_slist> linked(const std::vector<Secret>& lines) {
  std::vector<curl_slist> list(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    list[i].data = const_cast<char*>(lines[i].reveal().c_str());  // libcurl only reads it
    list[i].next = i + 1 < lines.size() ? &list[i + 1] : nullptr;
  }
  return list;
}

}  // namespace partwise::http
