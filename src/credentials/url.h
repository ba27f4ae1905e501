// The parts of a URL that signing and the rules for hosts need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace partwise::credentials {

/// "https://host:8443/a%20b?c=d": text as it stands, nothing is decoded.
struct Url {
  std::string scheme;  ///< in lower case
  std::string host;    ///< in lower case, an IPv6 address without its brackets
  std::string port;    ///< empty: the scheme's own
  std::string path;    ///< "/" where there is none
  std::string query;

  /// What a client sends as Host: without the port that the scheme has anyway.
  [[nodiscard]] std::string authority() const;
};

/// None for what is not an absolute http or https URL, has a user name, or has a blank or a control
/// character in its host.
std::optional<Url> url_from_text(std::string_view text);

}  // namespace partwise::credentials
