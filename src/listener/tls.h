// TLS for the embedded cluster: a certificate from files, or one made at the start.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace partwise::listener {

/// A server's certificate by an authority that signed nothing else and whose key is gone.
struct MadeCertificate {
  std::string ca_pem;           ///< for clients: what they are to trust
  std::string certificate_pem;  ///< the server's
  std::string key_pem;          ///< the server's; a secret
};

/// EC P-256, for a year from now, for localhost, 127.0.0.1, ::1 and the hosts: names or addresses.
///
/// errors: invalid_input for what is no host
Result<MadeCertificate> make_certificate(std::span<const std::string> hosts);

enum class ClientCertificate { none, requested, required };

struct TlsSettings {
  std::optional<MadeCertificate> made;  ///< or else these files, in PEM:
  std::string certificate_file;         ///< with the chain behind it
  std::string key_file;                 ///< empty: in the certificate's file
  std::string key_password;
  /// As Kafka's ssl.client.auth; what a client shows must be signed by client_ca_file's.
  ClientCertificate client_certificate = ClientCertificate::none;
  std::string client_ca_file;
};

/// OpenSSL's SSL_CTX.
using TlsContext = std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)>;

/// For servers of TLS 1.2 and 1.3.
///
/// errors: invalid_input, naming the file
Result<TlsContext> tls_context(const TlsSettings& settings);

}  // namespace partwise::listener
