// A small client for requests that librdkafka cannot send.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "kafka/settings.h"
#include "kafka/wire_stream.h"
#include "protocol/api.h"

namespace partwise::kafka {

/// One connection to one broker, logged in as the client's properties say.
///
/// threads: one at a time
class WireConnection {
 public:
  /// errors: unavailable, timeout, unauthorized, interrupted; limit for a security.protocol or
  /// sasl.mechanism
  ///         that it does not speak (PLAIN and SCRAM it does)
  static Result<WireConnection> open(const std::string& host, int port,
                                     const ClientSettings& settings, const std::stop_token& stop);

  /// The response's body, behind its header.
  Result<std::string> ask(protocol::ApiKey api, std::int16_t version, const std::string& body);

 private:
  explicit WireConnection(std::unique_ptr<WireStream> stream) : stream_(std::move(stream)) {}
  Result<> log_in(const config::ClientProperties& properties);
  Result<std::string> authenticate(std::string_view message);

  std::unique_ptr<WireStream> stream_;
  std::int32_t correlation_ = 0;
};

}  // namespace partwise::kafka
