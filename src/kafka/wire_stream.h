// A byte stream to one broker, plain or over TLS, with a deadline and an ear for Ctrl-C.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
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

/// When waiting ends: for the connection as a whole, from its name's look-up to its last answer.
struct WirePatience {
  SteadyTime deadline;
  std::stop_token stop;
};

/// threads: one at a time
class WireStream {
 public:
  virtual ~WireStream() = default;
  virtual Result<> write(std::span<const std::byte> bytes) = 0;
  /// Fills all of `bytes`.
  virtual Result<> read(std::span<std::byte> bytes) = 0;
};

/// errors: unavailable, timeout, interrupted; unauthorized when the certificate is not trusted
Result<std::unique_ptr<WireStream>> connect_plain(const std::string& host, int port,
                                                  const WirePatience& patience);
Result<std::unique_ptr<WireStream>> connect_tls(const std::string& host, int port,
                                                const TlsSettings& settings,
                                                const WirePatience& patience);

}  // namespace partwise::kafka
