#include "listener/tls.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "listener/openssl_handle.h"

namespace partwise::listener {
namespace {

constexpr std::string_view certificate_option = "--tls-certificate";
constexpr std::string_view key_option = "--tls-key";

tl::unexpected<Error> refused(std::string message, std::string hint, std::string_view option) {
  ERR_clear_error();
  return fail(ErrorKind::invalid_input, std::move(message), std::move(hint), std::string(option));
}

tl::unexpected<Error> unusable(std::string_view what, const std::string& file,
                               std::string_view option = {}) {
  return refused(fmt::format("{} {} cannot be used: {}", what, file, openssl_reason()),
                 "it must be a readable file in PEM", option);
}

Result<> use_certificate(SSL_CTX* context, const std::string& file) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) return {};
  const auto first = ERR_peek_error();
  if (ERR_GET_LIB(first) != ERR_LIB_PEM || ERR_GET_REASON(first) != PEM_R_NO_START_LINE) {
    return unusable("the certificate", file, certificate_option);
  }
  return refused(fmt::format("{} has no certificate in PEM", file),
                 "a file with -----BEGIN CERTIFICATE-----: the server's first, its chain behind it",
                 certificate_option);
}

struct Password {
  const std::string& text;
  bool asked = false;
};

int give_password(char* buffer, int size, int, void* user) {
  auto& password = *static_cast<Password*>(user);
  password.asked = true;
  const auto n = std::min(password.text.size(), static_cast<std::size_t>(size));
  std::copy_n(password.text.data(), n, buffer);
  return static_cast<int>(n);
}

Result<Key> key_of(const TlsSettings& settings) {
  const bool apart = !settings.key_file.empty();
  const auto& file = apart ? settings.key_file : settings.certificate_file;
  const auto option = apart ? key_option : certificate_option;
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  if (!bio) return unusable("the private key", file, option);
  Password password{settings.key_password};  // or else it asks at the terminal
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &password));
  if (key) return key;
  if (password.asked) {
    return refused(
        fmt::format("the private key {} is encrypted, {}", file,
                    password.text.empty() ? "and no password is given for it"
                                          : "by another password than the given one"),
        fmt::format("a key without a password: openssl pkey -in {} -out plain.pem", file), option);
  }
  if (!apart) {
    return refused(fmt::format("{} has a certificate, but not its private key", file),
                   "--tls-key FILE; or append the key to the certificate's file", option);
  }
  return refused(fmt::format("{} has no private key in PEM", file),
                 "a file with -----BEGIN PRIVATE KEY-----", option);
}

Result<> identify_by_files(SSL_CTX* context, const TlsSettings& settings) {
  const auto& certificate = settings.certificate_file;
  TRY(use_certificate(context, certificate));
  const auto key = TRY(key_of(settings));
  const bool apart = !settings.key_file.empty();
  const auto& file = apart ? settings.key_file : certificate;
  const auto option = apart ? key_option : certificate_option;
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    return refused(
        fmt::format("the private key {} does not belong to the certificate {}", file, certificate),
        fmt::format("the key that it was made with: openssl pkey -in {} -pubout prints the same as "
                    "openssl x509 -in {} -noout -pubkey",
                    file, certificate),
        option);
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) return {};
  return unusable("the private key", file, option);
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
