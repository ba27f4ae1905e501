// A server that runs over fake conversations, and a client of plain system calls, for tests.
#pragma once

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "listener/conversations_fake.h"
#include "listener/server.h"

namespace partwise::listener {

/// Whether the condition holds before ten seconds have gone.
inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Millis{1});
  }
  return true;
}

class RunningServer {
 public:
  explicit RunningServer(ServerSettings settings = {}) {
    if (settings.brokers.empty()) settings.brokers.emplace_back();
    auto opened = Server::open(settings, conversations, agenda_, [this](std::string line) {
      const std::scoped_lock lock(mutex_);
      log_.push_back(std::move(line));
    });
    EXPECT_TRUE(opened) << opened.error().message;
    server = std::move(*opened);
    thread_ = std::jthread([this](const std::stop_token& stop) { server->run(stop); });
  }
  ~RunningServer() {
    stop();
    EXPECT_FALSE(conversations.called_back);
    EXPECT_EQ(conversations.closed, conversations.begun);
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  std::vector<std::string> log() const {
    const std::scoped_lock lock(mutex_);
    return log_;
  }
  bool logs(std::string_view text) const {
    return eventually([&] {
      for (const auto& line : log()) {
        if (line.find(text) != std::string::npos) return true;
      }
      return false;
    });
  }
  void release(const std::string& name) {
    server->post([this, name] { conversations.release(name); });
  }
  [[nodiscard]] int port() const { return server->ports().front(); }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
  broker::Agenda agenda_;

 public:
  FakeConversations conversations{agenda_};
  std::unique_ptr<Server> server;

 private:
  std::jthread thread_;
};

inline std::string framed(const std::string& body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  std::string text;
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(size >> shift);
  return text + body;
}

inline std::string request(std::string verb, const std::string& rest) {
  verb.resize(8, ' ');
  return framed(verb + rest);
}

/// Blocks, ten seconds at most.
class Client {
 public:
  explicit Client(int port, const std::string& host = "127.0.0.1") {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* address = nullptr;
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &address) != 0) return;
    socket = ::socket(address->ai_family, SOCK_STREAM, 0);
    const timeval patience{10, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    connected = connect(socket, address->ai_addr, address->ai_addrlen) == 0;
    freeaddrinfo(address);
  }
  ~Client() { hang_up(); }
  Client(Client&& other) noexcept
      : socket(std::exchange(other.socket, -1)), connected(other.connected) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void hang_up() {
    if (socket >= 0) close(std::exchange(socket, -1));
  }
  void reset() {
    const linger at_once{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up();
  }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// Fewer than `size` bytes where the server hung up before.
  std::string read(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const auto n = recv(socket, bytes.data() + have, size - have, 0);
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    bytes.resize(have);
    return bytes;
  }

  std::string read_frame() const {
    const auto head = read(4);
    if (head.size() < 4) return "(hung up)";
    std::size_t size = 0;
    for (const char c : head) size = size << 8U | static_cast<unsigned char>(c);
    return read(size);
  }

  /// The server ended the stream, in order or by a reset.
  bool ended() const {
    char byte = 0;
    const auto n = recv(socket, &byte, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
  }

  int socket = -1;
  bool connected = false;
};

}  // namespace partwise::listener
