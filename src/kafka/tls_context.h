// What a connection over TLS trusts, and by what it identifies itself: as librdkafka does it.
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "base/release.h"
#include "base/result.h"

namespace partwise::kafka {

/// TLS settings under librdkafka's names; empty ones are the library's defaults.
struct TlsSettings {
  std::string ca_location;         ///< ssl.ca.location, a file or folder
  std::string ca_pem;              ///< ssl.ca.pem, besides; without both: the system's
  std::string certificate;         ///< ssl.certificate.location
  std::string certificate_pem;     ///< ssl.certificate.pem
  std::string key;                 ///< ssl.key.location; empty: the certificate's file
  std::string key_pem;             ///< ssl.key.pem
  std::string key_password;        ///< ssl.key.password
  std::string key_store;           ///< ssl.keystore.location, of PKCS#12
  std::string key_store_password;  ///< ssl.keystore.password
  bool verify_host_name = true;    ///< ssl.endpoint.identification.algorithm
  bool verify_certificate = true;  ///< enable.ssl.certificate.verification
};

using SslContext = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;

/// errors: invalid_input, naming the setting that cannot be used
Result<SslContext> tls_context(const TlsSettings& settings);

/// What OpenSSL last complained of in this thread, which is thereby forgotten.
std::string openssl_reason();

}  // namespace partwise::kafka
