// URLs: putting them together, reading them, telling where they lead.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::http {

/// Every byte but letters, digits, "-._~" and those in `kept` as %XX: for a value of a query or a
/// part of a path.
///
/// source: RFC 3986, 2.1 and 2.3
std::string percent_encoded(std::string_view text, std::string_view kept = {});

/// %XX as bytes; a percent sign with anything else behind it stays.
std::string percent_decoded(std::string_view text);

/// Not encoded yet.
struct QueryParameter {
  std::string name;
  std::string value;
};

/// "base/path?a=b&c=d", with one slash between base and path. Names and values are encoded here;
/// base and path must be already, and have no query.
std::string url_of(std::string_view base, std::string_view path,
                   std::span<const QueryParameter> query = {});

/// The first parameter of that name, decoded: %XX, and "+" as a blank.
///
/// errors: invalid_input, for what is no absolute URL; the message does not repeat it
Result<std::optional<std::string>> query_value(const std::string& url, std::string_view name);

/// Where requests to a URL go.
struct Origin {
  std::string scheme;  ///< http or https
  std::string host;    ///< in lower case; an IPv6 address in brackets
  int port = 0;        ///< the scheme's, where the URL has none
  bool operator==(const Origin&) const = default;

  /// "api.example.com:443".
  [[nodiscard]] std::string address() const;
  /// localhost, 127.0.0.0/8 and ::1: what is sent there does not leave this machine.
  [[nodiscard]] bool is_loopback() const;
  /// http to another machine: whoever is on the way can read it.
  [[nodiscard]] bool is_open_on_the_way() const { return scheme == "http" && !is_loopback(); }
  /// 169.254.0.0/16 and fe80::/10, and fd00:ec2::/32, by which AWS's metadata services are asked,
  /// too: what is sent there stays in this network.
  [[nodiscard]] bool is_link_local() const;
};

/// errors: invalid_input, for what is no absolute URL of http or https, and for one with a user or
/// a password before its host; the message does not repeat the URL, which may have a secret in it
Result<Origin> origin_of(const std::string& url);

/// Of the address of a service, behind which paths and queries of its own are put.
///
/// errors: as of origin_of; invalid_input for one with a query or a fragment
Result<Origin> service_origin(const std::string& url);

}  // namespace partwise::http
