#include "kafka/wire_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/release.h"
#include "kafka/certificate_error.h"

namespace partwise::kafka {
namespace {

using Addresses = std::unique_ptr<addrinfo, Release<freeaddrinfo>>;
using SslSession = std::unique_ptr<SSL, Release<SSL_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    // The analyzer does not see that a Result without a socket destroys none.
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult)
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string place(const std::string& host, int port) { return fmt::format("{}:{}", host, port); }

tl::unexpected<Error> broken(const std::string& where, const char* what) {
  return fail(ErrorKind::unavailable, fmt::format("the connection to {} broke: {}", where, what));
}

Result<> wait_for(int fd, short events, const WirePatience& patience, const std::string& where) {
  constexpr Millis slice{100};  // how long a stop may go unnoticed
  while (!patience.stop.stop_requested()) {
    const auto left =
        std::chrono::ceil<Millis>(patience.deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return fail(ErrorKind::timeout, fmt::format("{} did not answer in time", where));
    }
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::min(left, slice).count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return broken(where, std::strerror(errno));
  }
  return fail(ErrorKind::interrupted, fmt::format("interrupted while waiting for {}", where));
}

Result<Socket> connected(const addrinfo& address, const WirePatience& patience,
                         const std::string& where) {
  Socket socket(::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                         address.ai_protocol));
  if (socket.get() < 0) return broken(where, std::strerror(errno));
  if (connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  if (errno != EINPROGRESS) return broken(where, std::strerror(errno));
  TRY(wait_for(socket.get(), POLLOUT, patience, where));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return broken(where, std::strerror(error));
  return socket;
}

Result<Socket> connected(const std::string& host, int port, const WirePatience& patience) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &raw);
  if (status != 0) {
    return fail(ErrorKind::unavailable,
                fmt::format("cannot resolve {}: {}", host, gai_strerror(status)));
  }
  const Addresses addresses(raw);
  Result<Socket> socket = broken(place(host, port), "no address");
  for (const auto* address = addresses.get(); address != nullptr && !socket;
       address = address->ai_next) {
    socket = connected(*address, patience, place(host, port));
  }
  return socket;
}

class PlainStream final : public WireStream {
 public:
  PlainStream(Socket socket, std::string where, WirePatience patience)
      : socket_(std::move(socket)), where_(std::move(where)), patience_(std::move(patience)) {}

  Result<> write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      errno = 0;
      const auto sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        TRY(wait_or_fail(POLLOUT, errno));
        continue;
      }
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return {};
  }

  Result<> read(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      errno = 0;
      const auto got = recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (got == 0) return broken(where_, "it was closed");
      if (got < 0) {
        TRY(wait_or_fail(POLLIN, errno));
        continue;
      }
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return {};
  }

 private:
  [[nodiscard]] Result<> wait_or_fail(short events, int error) const {
    if (error == EINTR) return {};
    if (error == EAGAIN) return wait_for(socket_.get(), events, patience_, where_);
    return broken(where_, std::strerror(error));
  }

  Socket socket_;
  std::string where_;
  WirePatience patience_;
};

tl::unexpected<Error> no_tls(const char* step) {
  return fail(ErrorKind::unavailable,
              fmt::format("TLS cannot be set up ({}): {}", step, openssl_reason()));
}

class TlsStream final : public WireStream {
 public:
  TlsStream(Socket socket, SslContext context, SslSession session, std::string where,
            WirePatience patience)
      : socket_(std::move(socket)),
        context_(std::move(context)),
        session_(std::move(session)),
        where_(std::move(where)),
        patience_(std::move(patience)) {}

  Result<> shake_hands() {
    return until_done([this] { return SSL_connect(session_.get()); });
  }

  Result<> write(std::span<const std::byte> bytes) override {
    if (bytes.empty()) return {};
    // Without SSL_MODE_ENABLE_PARTIAL_WRITE it writes all or nothing.
    return until_done(
        [&] { return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())); });
  }

  Result<> read(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      int got = 0;
      TRY(until_done([&] {
        got = SSL_read(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
        return got;
      }));
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return {};
  }

 private:
  template <class Step>
  Result<> until_done(Step step) {
    while (true) {
      ERR_clear_error();
      const int result = step();
      if (result > 0) return {};
      switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
          TRY(wait_for(socket_.get(), POLLIN, patience_, where_));
          break;
        case SSL_ERROR_WANT_WRITE:
          TRY(wait_for(socket_.get(), POLLOUT, patience_, where_));
          break;
        default:
          return failure();
      }
    }
  }

  [[nodiscard]] tl::unexpected<Error> failure() const {
    const auto verified = SSL_get_verify_result(session_.get());
    if (verified != X509_V_OK) {
      const Certificate theirs(SSL_get1_peer_certificate(session_.get()));
      return tl::unexpected(
          error_of(refused_certificate(where_, static_cast<int>(verified), theirs.get())));
    }
    return broken(where_, openssl_reason().c_str());
  }

  Socket socket_;
  SslContext context_;
  SslSession session_;
  std::string where_;
  WirePatience patience_;
};

// A step that fails ends it: nothing that was asked to be verified may go unverified.
Result<SslSession> session_for(SSL_CTX* context, const TlsSettings& settings,
                               const std::string& host, int socket) {
  SslSession session(SSL_new(context));
  if (!session) return no_tls("session");
  SSL_set_verify(session.get(), settings.verify_certificate ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                 nullptr);
  if (SSL_set_tlsext_host_name(session.get(), host.c_str()) != 1) return no_tls("server name");
  // OpenSSL takes an empty name for no verification at all.
  if (settings.verify_host_name &&
      (host.empty() || SSL_set1_host(session.get(), host.c_str()) != 1)) {
    return no_tls("host name to verify");
  }
  if (SSL_set_fd(session.get(), socket) != 1) return no_tls("socket");
  return session;
}

}  // namespace

Result<std::unique_ptr<WireStream>> connect_plain(const std::string& host, int port,
                                                  const WirePatience& patience) {
  auto socket = TRY(connected(host, port, patience));
  return std::unique_ptr<WireStream>(
      std::make_unique<PlainStream>(std::move(socket), place(host, port), patience));
}

Result<std::unique_ptr<WireStream>> connect_tls(const std::string& host, int port,
                                                const TlsSettings& settings,
                                                const WirePatience& patience) {
  auto socket = TRY(connected(host, port, patience));
  auto context = TRY(tls_context(settings));
  auto session = TRY(session_for(context.get(), settings, host, socket.get()));
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context),
                                            std::move(session), place(host, port), patience);
  TRY(stream->shake_hands());
  return std::unique_ptr<WireStream>(std::move(stream));
}

}  // namespace partwise::kafka
