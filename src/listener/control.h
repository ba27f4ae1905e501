// A small HTTP server for administration: routes in, plain answers out.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::listener {

struct HttpRequest {
  std::string method;
  std::string path;                              ///< decoded
  std::map<std::string, std::string> from_path;  ///< by the names in the route's pattern
  std::map<std::string, std::string> query;      ///< the first of each name
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

/// {"error": ..., "hint": ...}; without an empty hint.
HttpAnswer http_error(int status, const std::string& error, const std::string& hint = {});

struct Route {
  std::string method;   ///< GET, POST, PUT, PATCH or DELETE
  std::string pattern;  ///< "/topics/{name}": a name in braces stands for one part of the path
  std::string help;     ///< one line, for the list at "/"
  /// threads: many at once
  std::function<HttpAnswer(const HttpRequest&)> answer;
};

struct ControlSettings {
  std::string host = "127.0.0.1";
  int port = 0;                                  ///< 0: any free one
  std::size_t threads = 8;                       ///< requests that are answered at the same time
  std::size_t body_max = std::size_t{1} << 20U;  ///< bytes
};

/// One request per connection. GET / lists the routes, unless one of them is GET /.
///
/// Web pages of others cannot use it: a request is refused unless its Host header is an address,
/// localhost or the host of the settings (a page cannot have its own name lead here, as DNS
/// rebinding does), and unless its Origin header, if any, names this server.
class ControlServer {
 public:
  /// Answers at once, on threads of its own.
  ///
  /// errors: unavailable (the port is taken: by whom)
  static Result<std::unique_ptr<ControlServer>> open(const ControlSettings& settings,
                                                     std::vector<Route> routes);
  /// Stops it.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  [[nodiscard]] int port() const;

  /// Returns when the last request is answered: what routes wait for must still go on until then.
  void stop();

 private:
  class Http;
  explicit ControlServer(std::unique_ptr<Http> http);
  std::unique_ptr<Http> http_;
};

}  // namespace partwise::listener
