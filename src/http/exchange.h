// One HTTP request and its reply, whoever carries it.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/secret.h"

namespace partwise::http {

struct Header {
  std::string name;
  std::string value;
};

/// Basic authentication.
struct Login {
  std::string user;
  config::Secret password;
};

struct Request {
  std::string method = "GET";
  std::string url;  ///< absolute and encoded
  std::vector<Header> headers;
  std::string body;
  std::optional<Login> login;
  config::Secret bearer;            ///< a token for the Authorization header; empty: none
  Millis timeout = Millis(30'000);  ///< for one try, from connecting to the last byte received
  /// For all tries, and the waits before and between them, of an Exchange that repeats requests.
  Millis patience = Millis(120'000);
  bool repeatable = false;  ///< of a POST: it only reads, so that twice is as good as once

  /// Whether sending it twice does no harm: GET, HEAD, PUT, DELETE, or marked so.
  ///
  /// source: RFC 9110, 9.2.2
  [[nodiscard]] bool may_repeat() const;
};

struct Reply {
  int status = 0;
  std::vector<Header> headers;  ///< as they came: a name may be there more than once
  std::string body;

  /// All values of a header; names are compared without case.
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  /// The first value; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// Carries requests.
///
/// threads: any
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Any reply is a result, whatever its status.
  ///
  /// errors: unavailable (no connection, TLS, a broken reply), unauthorized (a server whose
  /// certificate is not trusted), timeout, limit (a reply that is too large, too many redirects),
  /// invalid_input (a request that is none, a URL that is not allowed), interrupted. No message has
  /// a secret in it, nor the query of a URL.
  virtual Result<Reply> send(const Request& request, const std::stop_token& stop) = 0;
};

}  // namespace partwise::http
