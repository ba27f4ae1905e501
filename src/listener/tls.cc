#include "listener/tls.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "listener/openssl_handle.h"

namespace partwise::listener {
namespace {

tl::unexpected<Error> unusable(std::string_view what, const std::string& file) {
  return fail(ErrorKind::invalid_input,
              fmt::format("{} {} cannot be used: {}", what, file, openssl_reason()),
              "it must be a readable file in PEM");
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto n = std::min(text.size(), static_cast<std::size_t>(size));
  std::copy_n(text.data(), n, buffer);
  return static_cast<int>(n);
}

Result<> identify_by_files(SSL_CTX* context, const TlsSettings& settings) {
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) != 1) {
    return unusable("the certificate", settings.certificate_file);
  }
  const auto& key_file = settings.key_file.empty() ? settings.certificate_file : settings.key_file;
  auto password = settings.key_password;
  SSL_CTX_set_default_passwd_cb(context, give_password);  // or else it asks at the terminal
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  const bool used = SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  if (used && SSL_CTX_check_private_key(context) == 1) return {};
  auto failed = unusable("the private key", key_file);
  failed.value().hint =
      "it must be a readable file in PEM, belong to the certificate, and be "
      "encrypted by the given password or none";
  return failed;
}

Bio bio_of(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<> identify_as_made(SSL_CTX* context, const MadeCertificate& made) {
  const auto certificate_text = bio_of(made.certificate_pem);
  const auto key_text = bio_of(made.key_pem);
  const Certificate certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
      SSL_CTX_use_PrivateKey(context, key.get()) == 1) {
    return {};
  }
  return unusable("the certificate", "that was made");
}

Result<> trust_clients(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.client_certificate == ClientCertificate::none) return {};
  const auto& file = settings.client_ca_file;
  if (SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) {
    return unusable("the clients' CA", file);
  }
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(file.c_str()));
  const bool required = settings.client_certificate == ClientCertificate::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  // Clients that were verified may resume their sessions here and nowhere else.
  constexpr std::string_view id = "partwise";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned>(id.size()));
  return {};
}

}  // namespace

Result<TlsContext> tls_context(const TlsSettings& settings) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return fail(ErrorKind::unavailable, fmt::format("TLS cannot be set up: {}", openssl_reason()));
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (settings.made) {
    TRY(identify_as_made(context.get(), *settings.made));
  } else {
    TRY(identify_by_files(context.get(), settings));
  }
  TRY(trust_clients(context.get(), settings));
  return context;
}

}  // namespace partwise::listener
