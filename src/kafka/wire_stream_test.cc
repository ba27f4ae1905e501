#include "kafka/wire_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "base/release.h"
#include "kafka/certificate_fake.h"

namespace partwise::kafka {
namespace {

using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Release<SSL_free>>;

/// A server of TLS that shakes hands with one client, as "localhost".
class TlsServer {
 public:
  TlsServer() : key_(EVP_EC_gen("P-256")), certificate_(certificate_for("localhost", key_.get())) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    auto* address = reinterpret_cast<sockaddr*>(&any);
    EXPECT_EQ(bind(socket_, address, size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    EXPECT_EQ(getsockname(socket_, address, &size), 0);
    port = ntohs(any.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~TlsServer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] Result<std::unique_ptr<WireStream>> connect(const std::string& host,
                                                            TlsSettings settings) const {
    settings.ca_pem = pem_of(certificate_.get());
    return connect_tls(host, port, settings,
                       {std::chrono::steady_clock::now() + Millis{5'000}, {}});
  }
  int port = 0;

 private:
  void serve() {
    const int client = accept(socket_, nullptr, nullptr);
    if (client < 0) return;
    (void)signal(SIGPIPE, SIG_IGN);  // the client may be gone before the last that is sent to it
    const Context context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context.get(), key_.get());
    const Session session(SSL_new(context.get()));
    SSL_set_fd(session.get(), client);
    SSL_accept(session.get());
    close(client);
  }

  Key key_;
  Certificate certificate_;
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::jthread thread_;
};

TEST(ConnectTls, TakesTheHostThatTheCertificateNames) {
  const TlsServer server;
  const auto stream = server.connect("localhost", {});
  EXPECT_TRUE(stream) << stream.error().message;
}

TEST(ConnectTls, RefusesAHostThatTheCertificateDoesNotName) {
  const TlsServer server;
  const auto stream = server.connect("127.0.0.1", {});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().kind, ErrorKind::unauthorized);
}

TEST(ConnectTls, TakesAnyHostOnlyWhereThatIsAskedFor) {
  const TlsServer server;
  TlsSettings settings;
  settings.verify_host_name = false;
  EXPECT_TRUE(server.connect("127.0.0.1", settings));
}

}  // namespace
}  // namespace partwise::kafka
