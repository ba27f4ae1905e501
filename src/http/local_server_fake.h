// Servers on this machine, for tests: one that speaks HTTP, one that misbehaves.
#pragma once

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace partwise::http {

/// Runs an httplib server, which the test has given its routes, on a free port.
class LocalServer {
 public:
  explicit LocalServer(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    server_->new_task_queue = [] { return new httplib::ThreadPool(32); };
    server_->set_tcp_nodelay(true);
    server_->set_keep_alive_timeout(1);
    port_ = server_->bind_to_any_port("127.0.0.1");
    EXPECT_GT(port_, 0);
    thread_ = std::jthread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  ~LocalServer() { server_->stop(); }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path, const char* scheme = "http",
                                const char* host = "127.0.0.1") const {
    return fmt::format("{}://{}:{}{}", scheme, host, port_, path);
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::jthread thread_;
};

/// Where `socket` listens from now on: a free port of this machine, with so many who may wait.
inline sockaddr_in listening(int socket, int waiting) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(socket, waiting), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return address;
}

/// Hands each connection to the test's function, which may write what it likes, in a thread of its
/// own; the connection is closed behind it.
class RawServer {
 public:
  using Talk = std::function<void(int socket)>;
  explicit RawServer(Talk talk)
      : talk_(std::move(talk)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    port_ = ntohs(listening(socket_, 16).sin_port);
    thread_ = std::jthread([this] { accept(); });
  }
  ~RawServer() {
    ::shutdown(socket_, SHUT_RDWR);  // wakes accept
    thread_.join();
    {
      const std::scoped_lock lock(mutex_);
      for (const int client : open_) ::shutdown(client, SHUT_RDWR);  // wakes drain
    }
    talks_.clear();
    ::close(socket_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }

  /// Reads to the end of a request's headers.
  static std::string request(int socket) {
    std::string text;
    for (char c = 0; text.find("\r\n\r\n") == std::string::npos && ::recv(socket, &c, 1, 0) == 1;) {
      text += c;
    }
    return text;
  }
  static void write(int socket, const std::string& text) {
    (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
  }
  /// Until the other side has closed.
  static void drain(int socket) {
    for (char c = 0; ::recv(socket, &c, 1, 0) == 1;) continue;
  }
  /// Closing will send a reset instead of an end.
  static void reset_on_close(int socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

 private:
  void accept() {
    for (;;) {
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      const std::scoped_lock lock(mutex_);
      open_.insert(client);
      talks_.emplace_back([this, client] {
        talk_(client);
        const std::scoped_lock closing(mutex_);
        open_.erase(client);
        ::close(client);
      });
    }
  }

  Talk talk_;
  int socket_;
  int port_ = 0;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::jthread> talks_;
  std::jthread thread_;
};

}  // namespace partwise::http
