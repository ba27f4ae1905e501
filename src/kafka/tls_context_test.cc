#include "kafka/tls_context.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <openssl/pkcs12.h>

#include "kafka/certificate_fake.h"

namespace partwise::kafka {
namespace {

class TlsContextTest : public ::testing::Test {
 protected:
  TlsContextTest() { std::filesystem::create_directory(folder); }
  ~TlsContextTest() override { std::filesystem::remove_all(folder); }

  std::string file_of(const std::string& text) {
    const auto path = folder + "/" + std::to_string(++files) + ".pem";
    std::ofstream(path) << text;
    return path;
  }
  std::string key_store(const char* password) {
    const std::unique_ptr<PKCS12, Release<PKCS12_free>> store(
        PKCS12_create(password, "me", key.get(), certificate.get(), nullptr, 0, 0, 0, 0, 0));
    const auto path = folder + "/me.p12";
    std::FILE* file = std::fopen(path.c_str(), "wb");
    i2d_PKCS12_fp(file, store.get());
    (void)std::fclose(file);
    return path;
  }
  // Whether the context identifies itself by the certificate.
  [[nodiscard]] bool is_used(const TlsSettings& settings) const {
    const auto context = tls_context(settings);
    if (!context) return false;
    const auto* own = SSL_CTX_get0_certificate(context->get());
    return own != nullptr && X509_cmp(own, certificate.get()) == 0 &&
           SSL_CTX_check_private_key(context->get()) == 1;
  }

  std::string folder = ::testing::TempDir() + "tls_context_" + std::to_string(getpid());
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate = certificate_for("me", key.get());
  int files = 0;
};

TEST_F(TlsContextTest, IdentifiesItselfByTexts) {
  TlsSettings settings;
  settings.certificate_pem = pem_of(certificate.get());
  settings.key_pem = pem_of(key.get(), "opened");
  settings.key_password = "opened";
  EXPECT_TRUE(is_used(settings));
}

TEST_F(TlsContextTest, IdentifiesItselfByFilesAndByOneForBoth) {
  TlsSettings settings;
  settings.key_password = "opened";
  settings.certificate = file_of(pem_of(key.get(), "opened") + pem_of(certificate.get()));
  EXPECT_TRUE(is_used(settings));
  settings.certificate = file_of(pem_of(certificate.get()));
  settings.key = file_of(pem_of(key.get(), "opened"));
  EXPECT_TRUE(is_used(settings));
}

TEST_F(TlsContextTest, IdentifiesItselfByAKeyStore) {
  TlsSettings settings;
  settings.key_store = key_store("opened");
  settings.key_store_password = "opened";
  EXPECT_TRUE(is_used(settings));
}

TEST_F(TlsContextTest, RefusesAKeyThatThePasswordDoesNotOpen) {
  TlsSettings by_text;
  by_text.certificate_pem = pem_of(certificate.get());
  by_text.key_pem = pem_of(key.get(), "opened");
  by_text.key_password = "hunter2";
  TlsSettings by_store;
  by_store.key_store = key_store("opened");
  by_store.key_store_password = "hunter2";
  for (const auto& settings : {by_text, by_store}) {
    const auto context = tls_context(settings);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().kind, ErrorKind::invalid_input);
    EXPECT_TRUE(context.error().message.starts_with("the client certificate cannot be used: "));
    EXPECT_EQ(context.error().message.find("hunter2"), std::string::npos);
  }
}

TEST_F(TlsContextTest, TrustsAFileOrAFolder) {
  TlsSettings settings;
  settings.ca_location = file_of(pem_of(certificate.get()));
  EXPECT_TRUE(tls_context(settings));
  settings.ca_location = folder;
  EXPECT_TRUE(tls_context(settings));
  settings.ca_location = folder + "/none.pem";
  const auto context = tls_context(settings);
  ASSERT_FALSE(context);
  EXPECT_NE(context.error().message.find("none.pem cannot be used"), std::string::npos);
}

TEST_F(TlsContextTest, RefusesATextWithoutAnAuthority) {
  TlsSettings settings;
  settings.ca_pem = "no certificate";
  const auto context = tls_context(settings);
  ASSERT_FALSE(context);
  EXPECT_EQ(context.error().message, "ssl.ca.pem holds no certificate");
}

}  // namespace
}  // namespace partwise::kafka
