// A byte stream to one broker, plain or over TLS, with a deadline.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace partwise::kafka {

/// TLS settings under librdkafka's names; empty ones are the library's defaults.
struct TlsSettings {
  std::string ca_location;         ///< ssl.ca.location; empty: the system's
  std::string ca_pem;              ///< ssl.ca.pem
  std::string certificate;         ///< ssl.certificate.location
  std::string key;                 ///< ssl.key.location
  std::string key_password;        ///< ssl.key.password
  bool verify_host_name = true;    ///< ssl.endpoint.identification.algorithm
  bool verify_certificate = true;  ///< enable.ssl.certificate.verification
};

/// threads: one at a time
class WireStream {
 public:
  virtual ~WireStream() = default;
  virtual Result<> write(std::span<const std::byte> bytes) = 0;
  /// Fills all of `bytes`.
  virtual Result<> read(std::span<std::byte> bytes) = 0;
};

/// errors: unavailable, timeout; unauthorized when the certificate is not trusted
Result<std::unique_ptr<WireStream>> connect_plain(const std::string& host, int port,
                                                  SteadyTime deadline);
Result<std::unique_ptr<WireStream>> connect_tls(const std::string& host, int port,
                                                const TlsSettings& settings, SteadyTime deadline);

}  // namespace partwise::kafka
