#include "credentials/aws_signature.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/text.h"
#include "credentials/url.h"
#include "http/url.h"

namespace partwise::credentials {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr const char* algorithm = "AWS4-HMAC-SHA256";

// Changed or added on the way, so that the other side would see something else.
constexpr std::array<std::string_view, 7> unsigned_headers = {
    "authorization", "connection",        "expect",         "te",
    "user-agent",    "transfer-encoding", "x-amzn-trace-id"};

Bytes hmac(const Bytes& key, std::string_view text) {
  Bytes mac(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(),
             &size) != nullptr);
  mac.resize(size);
  return mac;
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  std::string digits;
  for (const auto byte : bytes) digits += fmt::format("{:02x}", byte);
  return digits;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr) == 1);
  return hexadecimal(std::span(hash).first(size));
}

// "20260304T050607Z".
std::string compact_time(Instant time) {
  std::string text;
  for (const char c : utc_text(time)) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

std::string scope_text(const AwsScope& scope, Instant time) {
  return fmt::format("{}/{}/{}/aws4_request", compact_time(time).substr(0, 8), scope.region,
                     scope.service);
}

// Without ".", ".." and empty segments; a slash at the end stays.
std::string normal_path(std::string_view path) {
  const auto last = path.substr(path.rfind('/') + 1);
  const bool folder = last.empty() || last == "." || last == "..";
  std::vector<std::string_view> segments;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto segment = path.substr(begin, end - begin);
    begin = end + 1;
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  std::string normal;
  for (const auto segment : segments) normal += fmt::format("/{}", segment);
  if (folder || normal.empty()) normal += '/';
  return normal;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  const auto canonical = [](std::string_view text) {
    return http::percent_encoded(http::percent_decoded(text));
  };
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty()) continue;
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
    parameters.emplace_back(canonical(parameter.substr(0, equals)), canonical(value));
  }
  std::sort(parameters.begin(), parameters.end());
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  for (const auto& [name, value] : parameters) texts.push_back(fmt::format("{}={}", name, value));
  return joined(texts, "&");
}

// Trimmed, and with one blank for each run of them inside.
std::string canonical_value(std::string_view value) {
  std::string canonical;
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = !canonical.empty();
      continue;
    }
    if (blank) canonical += ' ';
    blank = false;
    canonical += c;
  }
  return canonical;
}

using Headers = std::map<std::string, std::string>;

Url url_of(const http::Request& request) {
  auto url = url_from_text(request.url);
  CHECK(url.has_value());
  return *std::move(url);
}

Headers canonical_headers(const http::Request& request) {
  Headers headers;
  for (const auto& header : request.headers) {
    const auto name = lowered(trimmed(header.name));
    if (std::find(unsigned_headers.begin(), unsigned_headers.end(), name) !=
        unsigned_headers.end()) {
      continue;
    }
    const auto [found, fresh] = headers.try_emplace(name);
    found->second += (fresh ? "" : ",") + canonical_value(header.value);
  }
  headers.try_emplace("host", url_of(request).authority());
  return headers;
}

std::string signed_names(const Headers& headers) {
  std::vector<std::string> names;
  names.reserve(headers.size());
  for (const auto& [name, value] : headers) names.push_back(name);
  return joined(names, ";");
}

}  // namespace

std::string canonical_request(const http::Request& request) {
  const auto url = url_of(request);
  const auto headers = canonical_headers(request);
  auto text =
      fmt::format("{}\n{}\n{}\n", request.method, http::percent_encoded(normal_path(url.path), "/"),
                  canonical_query(url.query));
  for (const auto& [name, value] : headers) text += fmt::format("{}:{}\n", name, value);
  return text + fmt::format("\n{}\n{}", signed_names(headers), sha256(request.body));
}

std::string string_to_sign(std::string_view canonical, const AwsScope& scope, Instant time) {
  return fmt::format("{}\n{}\n{}\n{}", algorithm, compact_time(time), scope_text(scope, time),
                     sha256(canonical));
}

std::string signature_of(std::string_view to_sign, const config::Secret& secret_access_key,
                         const AwsScope& scope, Instant time) {
  const auto& secret = secret_access_key.reveal();
  Bytes key = {'A', 'W', 'S', '4'};
  key.insert(key.end(), secret.begin(), secret.end());
  const auto day = compact_time(time).substr(0, 8);
  const std::array<std::string_view, 4> steps = {day, scope.region, scope.service, "aws4_request"};
  for (const auto step : steps) {
    auto next = hmac(key, step);
    OPENSSL_cleanse(key.data(), key.size());
    key = std::move(next);
  }
  const auto signature = hexadecimal(hmac(key, to_sign));
  OPENSSL_cleanse(key.data(), key.size());
  return signature;
}

void sign(http::Request& request, const AwsKeys& keys, const AwsScope& scope, Instant time) {
  request.headers.push_back({"X-Amz-Date", compact_time(time)});
  if (!keys.session_token.empty()) {
    request.headers.push_back({"X-Amz-Security-Token", keys.session_token.reveal()});
  }
  const auto to_sign = string_to_sign(canonical_request(request), scope, time);
  request.headers.push_back(
      {"Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                                    algorithm, keys.access_key_id, scope_text(scope, time),
                                    signed_names(canonical_headers(request)),
                                    signature_of(to_sign, keys.secret_access_key, scope, time))});
}

}  // namespace partwise::credentials
