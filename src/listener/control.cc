#include "listener/control.h"

#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "listener/port_holder.h"
#include "listener/route_pattern.h"

namespace partwise::listener {
namespace {

// Its pattern matching takes stack for every letter.
constexpr std::size_t longest_path = 1'024;
constexpr int patience_seconds = 5;
// For the first byte of a request; a stop may have to wait so long.
constexpr int silence_seconds = 1;

std::string list_of(const std::vector<Route>& routes) {
  std::size_t width = 0;
  for (const auto& route : routes) width = std::max(width, route.pattern.size());
  std::string text;
  for (const auto& route : routes) {
    text += fmt::format("{:<7}{:<{}}  {}\n", route.method, route.pattern, width, route.help);
  }
  return text;
}

HttpRequest request_of(const httplib::Request& request) {
  HttpRequest found;
  found.method = request.method;
  found.path = request.path;
  found.query = {request.params.begin(), request.params.end()};
  found.body = request.body;
  return found;
}

void write(const HttpAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  response.set_content(answer.body, answer.content_type);
  // What is text for people here must not become a page that runs.
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Cache-Control", "no-store");
}

// httplib's own choice lets a second program listen on the same port.
void set_socket_options(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
}

// For the errors that httplib finds itself.
std::string_view reason(int status) {
  switch (status) {
    case 400:
      return "the request is not HTTP as it should be";
    case 404:
      return "there is nothing here by that method";
    case 411:
      return "the request has neither a body nor a Content-Length";
    case 413:
      return "the request's body is too large";
    case 414:
      return "the request's path is too long";
    default:
      return "the request failed";
  }
}

// httplib would wait for a body's end until its patience is over, and then call it no HTTP.
bool lacks_body(const httplib::Request& request) {
  const auto& method = request.method;
  return method != "GET" && method != "HEAD" && method != "DELETE" && method != "OPTIONS" &&
         !request.has_header("Content-Length") && !request.has_header("Transfer-Encoding");
}

}  // namespace

HttpAnswer http_error(int status, const std::string& error, const std::string& hint) {
  nlohmann::ordered_json json{{"error", error}};
  if (!hint.empty()) json["hint"] = hint;
  using Json = nlohmann::ordered_json;
  // Bytes of a request that are no UTF-8 may be part of the message.
  return {status, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

class ControlServer::Http {
 public:
  Http(ControlSettings settings, std::vector<Route> routes)
      : settings_(std::move(settings)), routes_(std::move(routes)) {}
  ~Http() { stop(); }
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  Result<> open();
  void stop();
  [[nodiscard]] int port() const { return port_; }

 private:
  void configure();
  void route();
  Result<> bind();
  [[nodiscard]] HttpAnswer answer(const httplib::Request& request) const;
  /// Where the list of routes is asked for; else what no route takes.
  [[nodiscard]] HttpAnswer answer_unrouted(const httplib::Request& request) const;
  [[nodiscard]] const Route* route_of(const httplib::Request& request) const;
  [[nodiscard]] std::optional<HttpAnswer> refusal(const httplib::Request& request) const;

  ControlSettings settings_;
  std::vector<Route> routes_;
  httplib::Server server_;
  int port_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

Result<> ControlServer::Http::open() {
  configure();
  route();
  TRY(bind());
  thread_ = std::thread([this] {
    server_.listen_after_bind();
    ended_ = true;
  });
  // stop() does nothing to a server that does not run yet.
  while (!server_.is_running() && !ended_) std::this_thread::yield();
  return {};
}

void ControlServer::Http::configure() {
  server_.new_task_queue = [threads = settings_.threads] {
    return new httplib::ThreadPool(threads);  // httplib deletes it
  };
  server_.set_tcp_nodelay(true);
  server_.set_payload_max_length(settings_.body_max);
  server_.set_read_timeout(patience_seconds);
  server_.set_write_timeout(patience_seconds);
  // What is left unread of a refused request must not be taken for another, and a client that
  // stays must hold no thread.
  server_.set_keep_alive_max_count(1);
  server_.set_keep_alive_timeout(silence_seconds);
  server_.set_socket_options(set_socket_options);
}

void ControlServer::Http::route() {
  const auto early = [this](const httplib::Request& request, httplib::Response& response) {
    if (request.path.size() > longest_path) {
      write(http_error(414, std::string(reason(414))), response);
    } else if (lacks_body(request)) {
      write(answer(request), response);
    } else {
      return httplib::Server::HandlerResponse::Unhandled;
    }
    return httplib::Server::HandlerResponse::Handled;
  };
  server_.set_pre_routing_handler(early);
  const auto all = [this](const httplib::Request& request, httplib::Response& response) {
    write(answer(request), response);
  };
  const auto* const any = ".*";
  server_.Get(any, all).Post(any, all).Put(any, all).Patch(any, all).Delete(any, all);
  server_.Options(any, all);
  const auto on_error = [](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    write(http_error(response.status, std::string(reason(response.status))), response);
  };
  server_.set_error_handler(httplib::Server::Handler(on_error));
}

Result<> ControlServer::Http::bind() {
  errno = 0;
  if (settings_.port == 0) {
    port_ = server_.bind_to_any_port(settings_.host);
  } else if (server_.bind_to_port(settings_.host, settings_.port)) {
    port_ = settings_.port;
  } else {
    port_ = -1;
  }
  if (port_ > 0) return {};
  const int error = errno;
  if (error == EADDRINUSE) return tl::unexpected(port_taken(settings_.port, "--control-port"));
  return fail(ErrorKind::unavailable,
              fmt::format("cannot listen on {}:{}: {}", settings_.host, settings_.port,
                          error == 0 ? "the host cannot be resolved" : std::strerror(error)));
}

void ControlServer::Http::stop() {
  server_.stop();
  if (thread_.joinable()) thread_.join();
}

HttpAnswer ControlServer::Http::answer(const httplib::Request& request) const {
  if (auto refused = refusal(request)) return std::move(*refused);
  const auto* route = route_of(request);
  if (route == nullptr) return answer_unrouted(request);
  if (lacks_body(request)) return http_error(411, std::string(reason(411)));
  auto asked = request_of(request);
  asked.from_path = *matched(route->pattern, request.path);
  return route->answer(asked);
}

const Route* ControlServer::Http::route_of(const httplib::Request& request) const {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
    return route.method == method && matched(route.pattern, request.path);
  });
  return found == routes_.end() ? nullptr : &*found;
}

std::optional<HttpAnswer> ControlServer::Http::refusal(const httplib::Request& request) const {
  const auto host = request.get_header_value("Host");
  if (request.get_header_value_count("Host") != 1 || !is_own_host(host, settings_.host)) {
    return http_error(403, fmt::format("the Host header \"{}\" is not this server's", host),
                      "call it by its address or as localhost");
  }
  if (request.has_header("Origin") && request.get_header_value("Origin") != "http://" + host) {
    return http_error(403, "requests from other sites' pages are refused");
  }
  return std::nullopt;
}

HttpAnswer ControlServer::Http::answer_unrouted(const httplib::Request& request) const {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/" && reads) return {200, list_of(routes_), "text/plain; charset=utf-8"};
  std::vector<std::string> methods;
  for (const auto& route : routes_) {
    if (matched(route.pattern, request.path)) methods.push_back(route.method);
  }
  if (!methods.empty()) {
    return http_error(405, fmt::format("{} takes no {}", request.path, request.method),
                      fmt::format("it takes {}", fmt::join(methods, ", ")));
  }
  return http_error(404, fmt::format("there is no {}", request.path), "GET / lists what there is");
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const ControlSettings& settings,
                                                           std::vector<Route> routes) {
  auto http = std::make_unique<Http>(settings, std::move(routes));
  TRY(http->open());
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(http)));
}

ControlServer::ControlServer(std::unique_ptr<Http> http) : http_(std::move(http)) {}
ControlServer::~ControlServer() = default;

int ControlServer::port() const { return http_->port(); }
void ControlServer::stop() { http_->stop(); }

}  // namespace partwise::listener
