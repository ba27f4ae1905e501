#include "listener/tls.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "listener/openssl_handle.h"
#include "listener/running_server_fake.h"

namespace partwise::listener {
namespace {

namespace fs = std::filesystem;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Release<SSL_free>>;

Bio bio_of(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Certificate certificate_of(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

struct Identity {
  X509* certificate;
  EVP_PKEY* key;
};

/// A client of TLS that trusts one authority and looks at the host name.
class TlsClient {
 public:
  TlsClient(int port, const std::string& ca_pem, const std::string& name, int version = 0,
            std::optional<Identity> identity = {})
      : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    const auto ca = certificate_of(ca_pem);
    auto* store = SSL_CTX_get_cert_store(context_.get());
    X509_STORE_add_cert(store, ca.get());
    // As Python 3.13 does by default.
    X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(store), X509_V_FLAG_X509_STRICT);
    if (version != 0) SSL_CTX_set_max_proto_version(context_.get(), version);
    if (identity) {
      SSL_CTX_use_certificate(context_.get(), identity->certificate);
      SSL_CTX_use_PrivateKey(context_.get(), identity->key);
    }
    session_.reset(SSL_new(context_.get()));
    SSL_set_verify(session_.get(), SSL_VERIFY_PEER, nullptr);
    auto* wanted = SSL_get0_param(session_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1) {
      X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), 0);
    }
    SSL_set_fd(session_.get(), client_.socket);
    connected = SSL_connect(session_.get()) == 1;
  }

  bool send(const std::string& bytes) {
    return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  std::string read(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const int n = SSL_read(session_.get(), bytes.data() + have, static_cast<int>(size - have));
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    bytes.resize(have);
    return bytes;
  }
  std::string echoed(const std::string& text) {
    const auto sent = request("echo", text);
    return send(sent) && read(sent.size()) == sent ? text : "(not echoed)";
  }
  /// The stream's end was told by TLS, not by the socket alone.
  bool told_of_end() {
    char byte = 0;
    const int n = SSL_read(session_.get(), &byte, 1);
    return SSL_get_error(session_.get(), n) == SSL_ERROR_ZERO_RETURN;
  }
  long verdict() { return SSL_get_verify_result(session_.get()); }
  std::string version() { return SSL_get_version(session_.get()); }

  bool connected = false;

 private:
  Client client_;
  Context context_;
  Session session_;
};

ServerSettings with(const MadeCertificate& made) {
  ServerSettings settings;
  settings.tls.emplace().made = made;
  return settings;
}

MadeCertificate made_for(const std::vector<std::string>& hosts = {}) {
  return make_certificate(hosts).value();
}

TEST(Tls, ClientsThatTrustTheMadeAuthorityVerifyEveryHost) {
  const auto made = made_for({"kafka.example", "192.0.2.7", "2001:db8::7", "localhost"});
  RunningServer running(with(made));
  for (const auto* host :
       {"localhost", "127.0.0.1", "::1", "kafka.example", "192.0.2.7", "2001:db8::7"}) {
    TlsClient client(running.port(), made.ca_pem, host);
    EXPECT_TRUE(client.connected) << host;
    EXPECT_EQ(client.verdict(), X509_V_OK) << host;
    EXPECT_EQ(client.echoed("hello"), "hello");
  }
  for (const auto* host : {"other.example", "192.0.2.8"}) {
    TlsClient client(running.port(), made.ca_pem, host);
    EXPECT_FALSE(client.connected) << host;
  }
}

TEST(Tls, SpeaksTls12And13) {
  const auto made = made_for();
  RunningServer running(with(made));
  EXPECT_EQ(TlsClient(running.port(), made.ca_pem, "localhost", TLS1_2_VERSION).version(),
            "TLSv1.2");
  EXPECT_EQ(TlsClient(running.port(), made.ca_pem, "localhost").version(), "TLSv1.3");
  EXPECT_FALSE(TlsClient(running.port(), made.ca_pem, "localhost", TLS1_1_VERSION).connected);
}

TEST(Tls, AClientThatTrustsAnotherAuthorityRefusesAndTheLogTells) {
  RunningServer running(with(made_for()));
  TlsClient client(running.port(), made_for().ca_pem, "localhost");
  EXPECT_FALSE(client.connected);
  EXPECT_NE(client.verdict(), X509_V_OK);
  EXPECT_TRUE(running.logs("closed: TLS handshake: tlsv1 alert unknown ca"));
  EXPECT_EQ(running.conversations.begun, 0);
}

TEST(Tls, TheCertificateIsValidForAYear) {
  const auto made = made_for();
  for (const auto& pem : {made.ca_pem, made.certificate_pem}) {
    const auto certificate = certificate_of(pem);
    time_t day = 24L * 3'600;
    time_t then = time(nullptr) + 364 * day;
    EXPECT_GT(X509_cmp_time(X509_get0_notAfter(certificate.get()), &then), 0);
    then += 2 * day;
    EXPECT_LT(X509_cmp_time(X509_get0_notAfter(certificate.get()), &then), 0);
    time_t now = time(nullptr);
    EXPECT_LT(X509_cmp_time(X509_get0_notBefore(certificate.get()), &now), 0);
  }
}

TEST(Tls, NoCertificateIsMadeForWhatIsNoHost) {
  for (const auto* host : {"", "a b", "host:9092", "*,IP:0.0.0.0"}) {
    const auto made = make_certificate(std::vector<std::string>{host});
    ASSERT_FALSE(made) << host;
    EXPECT_EQ(made.error().kind, ErrorKind::invalid_input);
  }
}

TEST(Tls, GarbageInsteadOfAHandshakeIsOneLineInTheLog) {
  const auto made = made_for();
  RunningServer running(with(made));
  const Client garbage(running.port());
  ASSERT_TRUE(garbage.send("GET / HTTP/1.1\r\n\r\n" + std::string(100'000, 'x')));
  EXPECT_TRUE(running.logs("closed: TLS handshake: http request"));
  Client(running.port()).hang_up();  // a look whether the port is open is no attack
  EXPECT_EQ(TlsClient(running.port(), made.ca_pem, "localhost").echoed("x"), "x");
  EXPECT_EQ(running.log().size(), 1U);
  EXPECT_EQ(running.conversations.begun, 1);
}

TEST(Tls, AHandshakeThatDoesNotComeIsGivenUp) {
  auto settings = with(made_for());
  settings.handshake_max = Millis{20};
  RunningServer running(settings);
  const Client silent(running.port());
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(running.logs("closed: no TLS handshake in time"));
}

TEST(Tls, CarriesLargeRequestsAndRepliesOfManyPieces) {
  const auto made = made_for();
  RunningServer running(with(made));
  TlsClient client(running.port(), made.ca_pem, "localhost");
  const std::string large(3'000'000, 'x');
  EXPECT_TRUE(client.echoed(large) == large);
  ASSERT_TRUE(client.send(request("pieces", "5000")));
  std::string expected;
  for (int i = 0; i < 5'000; ++i) expected += std::string(1'000, static_cast<char>('a' + i % 26));
  EXPECT_TRUE(client.read(4 + expected.size()).substr(4) == expected);
  EXPECT_EQ(client.echoed("behind"), "behind");
}

TEST(Tls, TellsOfTheEndAfterALastReply) {
  const auto made = made_for();
  RunningServer running(with(made));
  TlsClient client(running.port(), made.ca_pem, "localhost");
  const auto last = request("close", "x");
  ASSERT_TRUE(client.send(last));
  EXPECT_EQ(client.read(last.size()), last);
  EXPECT_TRUE(client.told_of_end());
}

TEST(Tls, AWaitingConversationIsToldThatItsClientIsGone) {
  const auto made = made_for();
  RunningServer running(with(made));
  {
    TlsClient client(running.port(), made.ca_pem, "localhost");
    ASSERT_TRUE(client.send(request("hold", "x")));
    ASSERT_TRUE(eventually([&] { return running.conversations.requests().size() == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return running.conversations.closed == 1; }));
  EXPECT_EQ(running.log(), std::vector<std::string>{});
}

/// A folder of its own, gone with it.
class Folder {
 public:
  Folder() {
    std::string name = fs::temp_directory_path() / "partwise-tls-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string with(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string encrypted(const std::string& key_pem, const std::string& password) {
  const Key key(PEM_read_bio_PrivateKey(bio_of(key_pem).get(), nullptr, nullptr, nullptr));
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(), password.data(),
                                static_cast<int>(password.size()), nullptr, nullptr);
  return text_of(bio.get());
}

TEST(Tls, TakesCertificateAndKeyFromFiles) {
  const Folder folder;
  const auto made = made_for();
  TlsSettings both_in_one;
  both_in_one.certificate_file = folder.with("both.pem", made.certificate_pem + made.key_pem);
  TlsSettings with_password;
  with_password.certificate_file = folder.with("certificate.pem", made.certificate_pem);
  with_password.key_file = folder.with("key.pem", encrypted(made.key_pem, "secret"));
  with_password.key_password = "secret";
  for (const auto& tls : {both_in_one, with_password}) {
    ServerSettings settings;
    settings.tls = tls;
    RunningServer running(settings);
    EXPECT_EQ(TlsClient(running.port(), made.ca_pem, "localhost").echoed("x"), "x");
  }
}

/// What is wrong with these files, and the option that named the one at fault.
std::string told(const std::string& certificate_file, const std::string& key_file,
                 const std::string& password = {}) {
  TlsSettings tls;
  tls.certificate_file = certificate_file;
  tls.key_file = key_file;
  tls.key_password = password;
  const auto context = tls_context(tls);
  return context ? "" : context.error().from + ": " + context.error().message;
}

TEST(Tls, SaysWhatIsWrongWithWhichOfTheFiles) {
  const Folder folder;
  const auto made = made_for();
  const auto certificate = folder.with("certificate.pem", made.certificate_pem);
  const auto key = folder.with("key.pem", made.key_pem);
  const auto other_key = folder.with("other.pem", made_for().key_pem);
  const Key rsa(EVP_RSA_gen(2048));
  const Bio rsa_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(rsa_pem.get(), rsa.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const auto other_kind = folder.with("rsa.pem", text_of(rsa_pem.get()));
  const auto locked = folder.with("locked.pem", encrypted(made.key_pem, "secret"));
  const auto text = folder.with("text", "no PEM at all");
  EXPECT_EQ(told(certificate, key), "");
  for (const auto& other : {other_key, other_kind}) {
    EXPECT_EQ(told(certificate, other),
              fmt::format("--tls-key: the private key {} does not belong to the certificate {}",
                          other, certificate));
  }
  EXPECT_EQ(told(certificate, ""),
            "--tls-certificate: " + certificate + " has a certificate, but not its private key");
  EXPECT_EQ(told(certificate, text), "--tls-key: " + text + " has no private key in PEM");
  EXPECT_EQ(told(certificate, certificate),
            "--tls-key: " + certificate + " has no private key in PEM");
  for (const auto& file : {text, key}) {
    EXPECT_EQ(told(file, key), "--tls-certificate: " + file + " has no certificate in PEM");
  }
  EXPECT_EQ(told(certificate, locked), "--tls-key: the private key " + locked +
                                           " is encrypted, and no password is given for it");
  EXPECT_EQ(told(certificate, locked, "wrong"),
            "--tls-key: the private key " + locked +
                " is encrypted, by another password than the given one");
  EXPECT_TRUE(told(certificate, "/no/key").starts_with("--tls-key: the private key /no/key"));
}

TEST(Tls, SaysWhichFileIsOfNoUse) {
  const auto made = made_for();
  TlsSettings tls;
  tls.certificate_file = "/does/not/exist";
  EXPECT_NE(tls_context(tls).error().message.find("/does/not/exist"), std::string::npos);
  tls.made = made;
  tls.client_certificate = ClientCertificate::required;
  tls.client_ca_file = "/no/ca";
  EXPECT_NE(tls_context(tls).error().message.find("/no/ca"), std::string::npos);
}

/// Signed by itself: its own authority.
Certificate client_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("client"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

TEST(Tls, AsksClientsForCertificatesWhereItIsTold) {
  const Folder folder;
  const Key key(EVP_EC_gen("P-256"));
  const auto certificate = client_certificate(key.get());
  const Bio pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(pem.get(), certificate.get());
  const Key other_key(EVP_EC_gen("P-256"));
  const auto other = client_certificate(other_key.get());

  const auto made = made_for();
  auto settings = with(made);
  settings.tls->client_ca_file = folder.with("clients.pem", text_of(pem.get()));
  const auto echoes = [&](int port, std::optional<Identity> identity) {
    return TlsClient(port, made.ca_pem, "localhost", 0, identity).echoed("x") == "x";
  };
  const Identity known{certificate.get(), key.get()};
  const Identity unknown{other.get(), other_key.get()};

  settings.tls->client_certificate = ClientCertificate::required;
  RunningServer required(settings);
  EXPECT_TRUE(echoes(required.port(), known));
  EXPECT_FALSE(echoes(required.port(), unknown));
  EXPECT_FALSE(echoes(required.port(), std::nullopt));
  EXPECT_TRUE(required.logs("peer did not return a certificate"));
  EXPECT_EQ(required.conversations.begun, 1);

  settings.tls->client_certificate = ClientCertificate::requested;
  RunningServer requested(settings);
  EXPECT_TRUE(echoes(requested.port(), known));
  EXPECT_FALSE(echoes(requested.port(), unknown));
  EXPECT_TRUE(echoes(requested.port(), std::nullopt));
}

}  // namespace
}  // namespace partwise::listener
