#include "kafka/wire_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/release.h"

namespace partwise::kafka {
namespace {

using Addresses = std::unique_ptr<addrinfo, Release<freeaddrinfo>>;
using SslContext = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using SslSession = std::unique_ptr<SSL, Release<SSL_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
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

std::string openssl_reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

tl::unexpected<Error> no_tls(const char* step) {
  return fail(ErrorKind::unavailable,
              fmt::format("TLS cannot be set up ({}): {}", step, openssl_reason()));
}

Result<> trust(SSL_CTX* context, const TlsSettings& settings) {
  if (!settings.ca_pem.empty()) {
    const Bio bio(
        BIO_new_mem_buf(settings.ca_pem.data(), static_cast<int>(settings.ca_pem.size())));
    if (!bio) return no_tls("ssl.ca.pem");
    int added = 0;
    while (const Certificate ca{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
      added += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
    }
    ERR_clear_error();
    if (added > 0) return {};
    return fail(ErrorKind::invalid_input, "ssl.ca.pem holds no certificate");
  }
  const bool usable =
      settings.ca_location.empty()
          ? SSL_CTX_set_default_verify_paths(context) == 1
          : SSL_CTX_load_verify_locations(context, settings.ca_location.c_str(), nullptr) == 1;
  if (usable) return {};
  return fail(ErrorKind::invalid_input, fmt::format("ssl.ca.location {} cannot be used: {}",
                                                    settings.ca_location, openssl_reason()));
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto n = std::min(text.size(), static_cast<std::size_t>(size));
  std::copy_n(text.data(), n, buffer);
  return static_cast<int>(n);
}

Result<> identify(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.certificate.empty()) return {};
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<std::string*>(&settings.key_password));
  const auto& key = settings.key.empty() ? settings.certificate : settings.key;
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1) {
    return {};
  }
  return fail(ErrorKind::invalid_input,
              fmt::format("the client certificate cannot be used: {}", openssl_reason()));
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
      return fail(ErrorKind::unauthorized,
                  fmt::format("the certificate of {} is not trusted: {}", where_,
                              X509_verify_cert_error_string(verified)),
                  "check ssl.ca.location and the host name");
    }
    return broken(where_, openssl_reason().c_str());
  }

  Socket socket_;
  SslContext context_;
  SslSession session_;
  std::string where_;
  WirePatience patience_;
};

Result<SslContext> context_for(const TlsSettings& settings) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return no_tls("context");
  if (SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return no_tls("version");
  TRY(trust(context.get(), settings));
  TRY(identify(context.get(), settings));
  return context;
}

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
  auto context = TRY(context_for(settings));
  auto session = TRY(session_for(context.get(), settings, host, socket.get()));
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context),
                                            std::move(session), place(host, port), patience);
  TRY(stream->shake_hands());
  return std::unique_ptr<WireStream>(std::move(stream));
}

}  // namespace partwise::kafka
