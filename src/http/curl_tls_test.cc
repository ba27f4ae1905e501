// TLS as curl_client speaks it, against certificates made here.
#include <cstdio>
#include <filesystem>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/release.h"
#include "http/curl_client.h"
#include "http/local_server_fake.h"

namespace partwise::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;

constexpr long a_day = 86'400;

struct Identity {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate{X509_new()};
};

void extend(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by itself, or by the issuer.
Identity identity(const std::string& name, const std::string& hosts, long end,
                  const Identity* issuer) {
  Identity made;
  auto* raw = made.certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(raw), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(raw), -10 * a_day);
  X509_gmtime_adj(X509_getm_notAfter(raw), end);
  X509_set_pubkey(raw, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(raw,
                       X509_get_subject_name(issuer != nullptr ? issuer->certificate.get() : raw));
  if (issuer == nullptr) extend(raw, NID_basic_constraints, "critical,CA:TRUE");
  if (!hosts.empty()) extend(raw, NID_subject_alt_name, hosts);
  X509_sign(raw, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

class CurlTlsTest : public ::testing::Test {
 protected:
  CurlTlsTest() {
    std::FILE* file = std::fopen(ca_file.c_str(), "w");
    PEM_write_X509(file, authority.certificate.get());
    (void)std::fclose(file);
  }
  ~CurlTlsTest() override { std::filesystem::remove(ca_file); }

  LocalServer& serving(const Identity& own) {
    auto server = std::make_unique<httplib::SSLServer>(own.certificate.get(), own.key.get());
    EXPECT_TRUE(server->is_valid());
    server->Get("/",
                [](const auto&, auto& response) { response.set_content("hello", "text/plain"); });
    servers.push_back(std::make_unique<LocalServer>(std::move(server)));
    return *servers.back();
  }
  static CurlSettings trusting(const std::string& file) {
    CurlSettings settings;
    settings.ca_file = file;
    return settings;
  }
  static Result<Reply> sent(CurlClient& client, const std::string& url) {
    Request request;
    request.url = url;
    request.bearer = config::Secret("thunder");
    return client.send(request, {});
  }
  std::string refusal(const Identity& own, const std::string& file, const char* host) {
    CurlClient client(trusting(file));
    const auto reply = sent(client, serving(own).url("/", "https", host));
    EXPECT_FALSE(reply);
    if (reply) return "";
    EXPECT_EQ(reply.error().kind, ErrorKind::unauthorized);
    return reply.error().message;
  }

  Identity authority = identity("authority", "", 10 * a_day, nullptr);
  std::string ca_file = ::testing::TempDir() + "http_ca_" + std::to_string(::getpid()) + ".pem";
  std::vector<std::unique_ptr<LocalServer>> servers;
};

TEST_F(CurlTlsTest, TakesACertificateOfItsAuthorityForItsHost) {
  const auto own = identity("server", "DNS:localhost,IP:127.0.0.1", a_day, &authority);
  const auto& server = serving(own);
  CurlClient client(trusting(ca_file));
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    const auto reply = sent(client, server.url("/", "https", host));
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->body, "hello");
  }
}

TEST_F(CurlTlsTest, TellsAnUnknownAuthority) {
  const auto own = identity("server", "DNS:localhost", a_day, &authority);
  const auto alone = identity("alone", "DNS:localhost", a_day, nullptr);
  const auto unknown = "is not trusted: its certificate is by an unknown authority";
  EXPECT_NE(refusal(own, "", "localhost").find(unknown), std::string::npos);
  EXPECT_NE(refusal(alone, ca_file, "localhost").find(unknown), std::string::npos);
}

TEST_F(CurlTlsTest, TellsACertificateThatHasExpired) {
  const auto own = identity("server", "DNS:localhost", -a_day, &authority);
  const auto message = refusal(own, ca_file, "localhost");
  EXPECT_NE(message.find("its certificate has expired"), std::string::npos) << message;
}

TEST_F(CurlTlsTest, TellsACertificateForAnotherHost) {
  const auto own = identity("localhost", "DNS:api.example.com", a_day, &authority);
  const auto message = refusal(own, ca_file, "localhost");
  EXPECT_NE(message.find("its certificate is for another host name"), std::string::npos) << message;
}

TEST_F(CurlTlsTest, TellsAFileOfAuthoritiesThatIsNone) {
  const auto own = identity("server", "DNS:localhost", a_day, &authority);
  const auto& server = serving(own);
  CurlClient client(trusting("/nowhere/ca.pem"));
  const auto reply = sent(client, server.url("/", "https", "localhost"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::invalid_input);
  EXPECT_NE(reply.error().message.find("/nowhere/ca.pem"), std::string::npos);
}

TEST_F(CurlTlsTest, TellsAServerWithoutTlsAndAResetInTheHandshake) {
  CurlClient client{{}};
  const auto message_of = [&](const RawServer::Talk& talk) {
    const RawServer server(talk);
    const auto reply = sent(client, fmt::format("https://127.0.0.1:{}/", server.port()));
    EXPECT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
    return reply.error().message;
  };
  const auto plain =
      message_of([](int socket) { RawServer::write(socket, "HTTP/1.1 400 No\r\n\r\n"); });
  EXPECT_NE(plain.find("no TLS: "), std::string::npos) << plain;
  const auto reset = message_of([](int socket) {
    char first = 0;
    EXPECT_EQ(::recv(socket, &first, 1, 0), 1);
    RawServer::reset_on_close(socket);
  });
  EXPECT_NE(reset.find("reset in the TLS handshake"), std::string::npos) << reset;
}

}  // namespace
}  // namespace partwise::http
