#include "kafka/tls_context.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

namespace partwise::kafka {
namespace {

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, Release<PKCS12_free>>;

void free_chain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using Chain = std::unique_ptr<STACK_OF(X509), Release<free_chain>>;

tl::unexpected<Error> unusable(std::string_view what) {
  return fail(ErrorKind::invalid_input,
              fmt::format("{} cannot be used: {}", what, openssl_reason()));
}

Bio reader_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

bool is_folder(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<> trust_text(SSL_CTX* context, const std::string& pem) {
  const auto bio = reader_of(pem);
  int added = 0;
  while (const auto ca = bio ? next_certificate(bio.get()) : nullptr) {
    added += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
  }
  ERR_clear_error();  // the end of the text is one, too
  if (added > 0) return {};
  return fail(ErrorKind::invalid_input, "ssl.ca.pem holds no certificate");
}

Result<> trust_location(SSL_CTX* context, const std::string& location) {
  const int loaded = is_folder(location) ? SSL_CTX_load_verify_dir(context, location.c_str())
                                         : SSL_CTX_load_verify_file(context, location.c_str());
  if (loaded == 1) return {};
  return unusable(fmt::format("ssl.ca.location {}", location));
}

Result<> trust(SSL_CTX* context, const TlsSettings& settings) {
  if (!settings.ca_location.empty()) TRY(trust_location(context, settings.ca_location));
  if (!settings.ca_pem.empty()) TRY(trust_text(context, settings.ca_pem));
  if (!settings.ca_location.empty() || !settings.ca_pem.empty()) return {};
  if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
  return unusable("the system's list of authorities");
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto n = std::min(text.size(), static_cast<std::size_t>(size));
  std::copy_n(text.data(), n, buffer);
  return static_cast<int>(n);
}

bool use_chain_text(SSL_CTX* context, const std::string& pem) {
  const auto bio = reader_of(pem);
  const auto own = bio ? next_certificate(bio.get()) : nullptr;
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (auto issuer = next_certificate(bio.get())) {
    if (SSL_CTX_add0_chain_cert(context, issuer.get()) != 1) return false;
    [[maybe_unused]] const auto* owned_by_the_context = issuer.release();
  }
  ERR_clear_error();  // the end of the text is one, too
  return true;
}

bool use_key_text(SSL_CTX* context, const TlsSettings& settings) {
  const auto bio = reader_of(settings.key_pem);
  if (!bio) return false;
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password,
                                        const_cast<std::string*>(&settings.key_password)));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

bool use_store(SSL_CTX* context, const TlsSettings& settings) {
  const Bio bio(BIO_new_file(settings.key_store.c_str(), "rb"));
  const Pkcs12 store(bio ? d2i_PKCS12_bio(bio.get(), nullptr) : nullptr);
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (!store ||
      PKCS12_parse(store.get(), settings.key_store_password.c_str(), &key, &own, &others) != 1) {
    return false;
  }
  const Key held_key(key);
  const Certificate held(own);
  const Chain chain(others);
  return SSL_CTX_use_cert_and_key(context, own, key, others, 1) == 1;
}

bool use_key(SSL_CTX* context, const TlsSettings& settings) {
  if (!settings.key_pem.empty()) return use_key_text(context, settings);
  const auto& file = settings.key.empty() ? settings.certificate : settings.key;
  return SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) == 1;
}

Result<> identify(SSL_CTX* context, const TlsSettings& settings) {
  bool used = true;
  if (!settings.key_store.empty()) {
    used = use_store(context, settings);
  } else if (!settings.certificate.empty() || !settings.certificate_pem.empty()) {
    SSL_CTX_set_default_passwd_cb(context, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(context,
                                           const_cast<std::string*>(&settings.key_password));
    used = (settings.certificate.empty()
                ? use_chain_text(context, settings.certificate_pem)
                : SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) == 1) &&
           use_key(context, settings);
  }
  if (used) return {};
  return unusable("the client certificate");
}

}  // namespace

Result<SslContext> tls_context(const TlsSettings& settings) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return unusable("TLS");
  }
  TRY(trust(context.get(), settings));
  TRY(identify(context.get(), settings));
  return context;
}

std::string openssl_reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

}  // namespace partwise::kafka
