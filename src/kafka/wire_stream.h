// A byte stream to one broker, plain or over TLS, with a deadline and an ear for Ctrl-C.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/tls_context.h"

namespace partwise::kafka {

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
